import type { RequestId } from '@modelcontextprotocol/server';
import type { Response } from 'express';

/** JSON-RPC's own codes (https://www.jsonrpc.org/specification#error_object); MCP forbids minting others in its range. */
export const PARSE_ERROR = -32_700;
export const INVALID_REQUEST = -32_600;
export const INTERNAL_ERROR = -32_603;

interface HttpError {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  /** Of the message that the error answers; none where it answers no message in particular. */
  readonly id?: RequestId | undefined;
}

/** The body of a JSON-RPC error. */
export const errorBody = ({ code, message, id }: Omit<HttpError, 'status'>): object => ({
  jsonrpc: '2.0',
  error: { code, message },
  id: id ?? null,
});

/** Answers with a JSON-RPC error under its HTTP status. */
export function refuse(response: Response, error: HttpError): void {
  response.status(error.status).json(errorBody(error));
}
