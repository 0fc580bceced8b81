// Written by `python -m config.typescript` from realtime/protocol.py: change that, then write it anew.

export type ClientMessage = Subscribe | Unsubscribe | Ping;

/** A command was refused, or a topic had to end. */
export interface Error {
  type: "error";
  code: string;
  detail: string;
  topic?: string;
}

/** Events of one descriptor with consecutive ordinals, as columns. */
export interface EventBatch {
  ordinal_first: number;
  ordinal_last: number;
  descriptor: string;
  seq_num: number[];
  time: unknown[];
  data: Record<string, unknown[]>;
  omitted?: string[];
}

/** Sent each second; `delayed` says that news comes late because the broker or the store is away. */
export interface Heartbeat {
  type: "heartbeat";
  server_time: number;
  delayed: boolean;
}

/** News of one topic. */
export interface Message {
  type: "message";
  topic: string;
  seq: number;
  server_time: number;
  payload: Record<string, unknown>;
}

/** Ask for a pong with the same number. */
export interface Ping {
  type: "ping";
  n: number;
}

/** Answer to a ping. */
export interface Pong {
  type: "pong";
  n: number;
}

/** What was asked since is gone: fetch the topic by REST and subscribe again. */
export interface Reset {
  type: "reset";
  topic: string;
}

/** Payload of `run:<uid>`: the documents `first` to `last` of one run. */
export interface RunPayload {
  run: string;
  first: number;
  last: number;
  documents: ([number, string, Record<string, unknown> | null])[];
  events: EventBatch[];
}

export type ServerMessage = Welcome | Subscribed | Unsubscribed | Message | Reset | Error | Pong | Heartbeat;

/** Ask for a topic, from after `since` on; without `since` from the beginning or the present state. */
export interface Subscribe {
  type: "subscribe";
  topic: string;
  since?: number | null;
}

/** The topic is followed from now on; `seq` is the newest sequence number the server knows. */
export interface Subscribed {
  type: "subscribed";
  topic: string;
  seq: number;
}

/** Ask for no more messages of a topic. */
export interface Unsubscribe {
  type: "unsubscribe";
  topic: string;
}

/** The topic is followed no more. */
export interface Unsubscribed {
  type: "unsubscribed";
  topic: string;
}

/** First message of the server: who the socket acts for, and what holds on it. */
export interface Welcome {
  type: "welcome";
  protocol: number;
  username: string;
  server_time: number;
  heartbeat_s: number;
  /** What one socket may send, get and hold. */
  limits: {
    command_bytes: number;
    message_bytes: number;
    subscriptions: number;
  };
}
