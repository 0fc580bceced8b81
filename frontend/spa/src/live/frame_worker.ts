import { FrameWork, fetchFrame, type NotPainted, type Order, type Painted } from "./frame_work";

/** The part of a worker's own scope that is used; the page's types know only the window. */
interface Scope {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(answer: Painted | NotPainted, transfer: Transferable[]): void;
}

const scope = self as unknown as Scope;

const work = new FrameWork(fetchFrame, (answer) => {
  scope.postMessage(answer, "rgba" in answer ? [answer.rgba.buffer] : []);
});

scope.onmessage = (event) => void work.take(event.data);
