// The few icons of the components written here; drawn in the colour of the text.
import React from "react";

const icon = (name, paths) => {
  const Icon = ({ className = "" }) => (
    <svg
      className={`icon ${className}`}
      viewBox="0 0 24 24"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {paths.map((d) => (
        <path key={d} d={d} />
      ))}
    </svg>
  );
  Icon.displayName = name;
  return Icon;
};

export const ArrowDownIcon = icon("ArrowDownIcon", ["M12 5v14", "m19 12-7 7-7-7"]);
export const ArrowUpIcon = icon("ArrowUpIcon", ["M12 19V5", "m5 12 7-7 7 7"]);
export const CheckIcon = icon("CheckIcon", ["M20 6 9 17l-5-5"]);
export const ChevronIcon = icon("ChevronIcon", ["m9 18 6-6-6-6"]);
export const CloseIcon = icon("CloseIcon", ["M18 6 6 18", "m6 6 12 12"]);
export const CopyIcon = icon("CopyIcon", [
  "M10 8h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H10a2 2 0 0 1-2-2V10a2 2 0 0 1 2-2Z",
  "M4 16a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2",
]);
export const GiftIcon = icon("GiftIcon", [
  "M4 8h16a1 1 0 0 1 1 1v3H3V9a1 1 0 0 1 1-1Z",
  "M12 8v13",
  "M19 12v7a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-7",
  "M7.5 8a2.5 2.5 0 0 1 0-5C11 3 12 8 12 8s1-5 4.5-5a2.5 2.5 0 0 1 0 5",
]);
export const RetryIcon = icon("RetryIcon", [
  "M3 12a9 9 0 1 0 3-6.7L3 8",
  "M3 3v5h5",
]);
export const StopIcon = icon("StopIcon", [
  "M8 6h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2Z",
]);
export const WarningIcon = icon("WarningIcon", [
  "M10.3 3.9 1.8 18a2 2 0 0 0 1.7 3h17a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z",
  "M12 9v4",
  "M12 17h.01",
]);
