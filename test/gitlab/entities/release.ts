import { showCommit } from '../repository/show-commit.ts';
import type { Store } from '../store.ts';
import { showMilestone } from './milestone.ts';
import { projectApiUrl, projectUrl } from './project.ts';
import type { Project } from './project.ts';
import { showUserId } from './user.ts';

export interface ReleaseLink {
  readonly id: number;
  readonly name: string;
  readonly url: string;
  readonly directAssetPath: string | null;
  readonly type: string;
}

interface Evidence {
  readonly id: number;
  readonly sha: string;
  readonly collectedAt: string;
}

export interface Release {
  readonly tagName: string;
  readonly name: string;
  readonly description: string | null;
  readonly authorId: number;
  readonly sha: string;
  readonly milestoneIds: readonly number[];
  readonly links: readonly ReleaseLink[];
  readonly evidences: readonly Evidence[];
  readonly createdAt: string;
  readonly releasedAt: string;
}

export function showRelease(store: Store, project: Project, release: Release): unknown {
  const { tagName } = release;
  const web = projectUrl(store, project);
  const self = `${web}/-/releases/${encodeURIComponent(tagName)}`;
  const commit = project.repository.commits.get(release.sha);
  const milestones = release.milestoneIds.flatMap((id) => project.milestones.get(id) ?? []);
  return {
    name: release.name,
    tag_name: tagName,
    description: release.description,
    created_at: release.createdAt,
    released_at: release.releasedAt,
    upcoming_release: Date.parse(release.releasedAt) > store.now(),
    author: showUserId(store, release.authorId),
    commit: commit === undefined ? null : showCommit(store, project, commit),
    ...(milestones.length > 0 && { milestones: milestones.map((each) => showMilestone(store, each)) }),
    commit_path: `/${project.fullPath}/-/commit/${release.sha}`,
    tag_path: `/${project.fullPath}/-/tags/${tagName}`,
    assets: showAssets({ store, project, release }),
    evidences: release.evidences.map((evidence) => ({
      sha: evidence.sha,
      filepath: `${self}/evidences/${String(evidence.id)}.json`,
      collected_at: evidence.collectedAt,
    })),
    description_html: `<p data-sourcepos="1:1-1:9" dir="auto">${release.description ?? ''}</p>`,
    _links: {
      closed_issues_url: `${web}/-/issues?release_tag=${tagName}&scope=all&state=closed`,
      edit_url: `${self}/edit`,
      self,
    },
  };
}

function showAssets({ store, project, release }: { store: Store; project: Project; release: Release }): unknown {
  const { tagName, links } = release;
  const archive = `${projectUrl(store, project)}/-/archive/${tagName}/${project.path}-${tagName}`;
  const formats = ['zip', 'tar.gz', 'tar.bz2', 'tar'];
  return {
    count: links.length + formats.length,
    sources: formats.map((format) => ({ format, url: `${archive}.${format}` })),
    links: links.map((link) => ({
      id: link.id,
      name: link.name,
      url: link.url,
      direct_asset_url:
        link.directAssetPath === null
          ? link.url
          : `${projectUrl(store, project)}/-/releases/${tagName}/downloads${link.directAssetPath}`,
      link_type: link.type,
    })),
  };
}

/** The address that the API gives for an asset of a release. */
export function packageUrl(store: Store, project: Project, place: string): string {
  return `${projectApiUrl(store, project)}/packages/generic/${place}`;
}
