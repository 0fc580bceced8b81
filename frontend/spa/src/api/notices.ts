import { request } from "./client";

/** Something that one is told. */
export interface Notice {
  uid: string;
  kind: "item_failed" | "attention" | "mention";
  beamline: string;
  title: string;
  text: string;
  link: string;
  created_at: string;
  seen_at: string | null;
}

export interface NoticeChoices {
  sound: boolean;
  browser: boolean;
  mail: string[];
}

export async function getNotices(limit: number, signal?: AbortSignal): Promise<Notice[]> {
  const answer = await request<{ results: Notice[] }>(`notices?limit=${limit}`, { signal });
  return answer.results;
}

export function seeNotices(): Promise<unknown> {
  return request("notices/seen", { method: "POST" });
}

export function getNoticeChoices(): Promise<NoticeChoices> {
  return request("notices/choices");
}
