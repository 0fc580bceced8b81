import { getNoticeChoices, type Notice, type NoticeChoices } from "../../api/notices";

/** As read last: while the server does not answer, news are told as they were before. */
let known: NoticeChoices | null = null;

/** Two soft tones, made here: nothing is fetched. */
export function ring(): void {
  const audio = new AudioContext();
  for (const [start, pitch] of [
    [0, 660],
    [0.16, 880],
  ] as const) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.12, audio.currentTime + start);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + start + 0.3);
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + start);
    tone.stop(audio.currentTime + start + 0.32);
  }
  window.setTimeout(() => void audio.close(), 1_000);
}

/** Sound and the browser's own notice, as the person chose on the account page. */
export async function tellLoudly(newest: Notice): Promise<void> {
  known = await getNoticeChoices().catch(() => known);
  if (known?.sound) ring();
  if (known?.browser && "Notification" in window && Notification.permission === "granted") {
    const shown = new Notification(newest.title, { body: newest.text, tag: newest.uid });
    shown.onclick = () => {
      window.focus();
      if (newest.link) window.location.assign(newest.link);
    };
  }
}
