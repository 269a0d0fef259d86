/**
 * GitLab's tokens by their prefixes, and its old runner registration tokens:
 * https://docs.gitlab.com/security/tokens/#token-prefixes. A new one at each use, for it is global.
 */
export const tokenShape = (): RegExp =>
  /\b(?:gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|wt)-[\w.-]{8,}|GR1348941[\w-]{20,})/gu;
