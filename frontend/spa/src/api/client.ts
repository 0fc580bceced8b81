import { bootstrap } from "../bootstrap";

/** The one error envelope of the REST API: {code, detail, fields?, hint?}. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string[]> = {},
    readonly hint = "",
  ) {
    super(message);
  }
}

const NETWORK_HINT = "Check the network; the page tries again when the connection is back.";

function asMessages(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return value === undefined || value === null ? [] : [String(value)];
}

export function errorFrom(status: number, body: unknown): ApiError {
  const envelope = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const fields: Record<string, string[]> = {};
  for (const [name, messages] of Object.entries((envelope.fields ?? {}) as Record<string, unknown>)) {
    fields[name] = asMessages(messages);
  }
  const detail =
    typeof envelope.detail === "string" ? envelope.detail : `The server answered with status ${status}.`;
  return new ApiError(status, String(envelope.code ?? "error"), detail, fields, String(envelope.hint ?? ""));
}

export interface RequestOptions {
  method?: "GET" | "POST" | "DELETE" | "PATCH" | "PUT";
  body?: unknown;
  signal?: AbortSignal | undefined;
}

export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const method = options.method ?? "GET";
  const headers: Record<string, string> = { Accept: "application/json" };
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (bootstrap.key) {
    headers.Authorization = `ApiKey ${bootstrap.key}`;
    init.credentials = "omit";
  }
  if (options.signal) init.signal = options.signal;
  if (method !== "GET") {
    headers["X-CSRFToken"] = bootstrap.csrf_token;
    const isWhole = options.body instanceof FormData || options.body instanceof Blob;
    init.body = isWhole ? (options.body as BodyInit) : JSON.stringify(options.body ?? {});
    if (typeof init.body === "string") headers["Content-Type"] = "application/json";
  }
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, init);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(0, "offline", "The server cannot be reached.", {}, NETWORK_HINT);
  }
  const text = await response.text();
  const body = parse(text);
  if (!response.ok) throw errorFrom(response.status, body);
  return body as T;
}

function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function query(parameters: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}

export const segment = encodeURIComponent;
