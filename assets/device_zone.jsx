// The time zone of this device, for what is counted by days.
import React, { useEffect } from "react";
import { useLatest } from "./latest.js";

export const deviceZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Draws nothing; tells the zone, and again whenever `version` has changed, but not while paused. */
export function DeviceZone({ version, paused = false, known, onZone }) {
  // Another device may know another zone: what is known is compared, but its change is no cause.
  const latest = useLatest((zone) => zone !== known && onZone?.(zone));
  // Lists are new at each drawing; what counts is what is in them.
  const content = JSON.stringify(version);
  useEffect(() => {
    if (!paused) latest.current?.(deviceZone());
  }, [content, paused, latest]);
  return null;
}

/** A link to a file whose times are those of this device. */
export function ZoneLink({ href, children, ...rest }) {
  const follow = (event) => {
    event.currentTarget.href = `${href}?zone=${encodeURIComponent(deviceZone())}`;
  };
  return (
    <a {...rest} href={href} download onClick={follow} onAuxClick={follow}>
      {children}
    </a>
  );
}
