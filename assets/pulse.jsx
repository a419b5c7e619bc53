// Asks again and again while somebody looks: for pages about what belongs to many people.
import { useEffect } from "react";
import { useLatest } from "./latest.js";

export function Pulse({ seconds, onBeat }) {
  const latest = useLatest(onBeat);
  useEffect(() => {
    const beat = () => document.visibilityState === "visible" && latest.current?.();
    const timer = setInterval(beat, seconds * 1000);
    document.addEventListener("visibilitychange", beat);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", beat);
    };
  }, [seconds, latest]);
  return null;
}
