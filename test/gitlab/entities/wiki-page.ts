export interface WikiPage {
  readonly id: number;
  readonly slug: string;
  readonly title: string;
  readonly content: string;
  readonly format: string;
}

/** A page of the wiki; its content only where it is asked for. */
export function showWikiPage(page: WikiPage, withContent: boolean): unknown {
  const { id, slug, title, format, content } = page;
  const basics = { wiki_page_meta_id: id, format, slug, title };
  return withContent ? { ...basics, content, encoding: 'UTF-8', front_matter: {} } : basics;
}
