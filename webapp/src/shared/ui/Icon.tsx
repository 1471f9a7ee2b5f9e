const PATHS = {
  back: "M15 5l-7 7 7 7",
  restore: "M4 4v5h5 M4.6 9A8 8 0 1 1 4 13",
  history: "M12 7v5l3.5 2 M12 3a9 9 0 1 1 0 18a9 9 0 1 1 0-18",
  settings:
    "M4 7h9 M17 7h3 M4 17h3 M11 17h9 M15 4.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5 M9 14.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5",
  chevron: "M9 6l6 6-6 6",
  down: "M6 9l6 6 6-6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12 M18 6L6 18",
  share: "M12 15V4 M8 7.5L12 3.5l4 4 M5 12v7h14v-7",
  copy: "M9 9h10v11H9z M5 15V4h10",
  filter: "M4 6h16 M7 12h10 M10 18h4",
  warning: "M12 4l9 16H3z M12 10v4 M12 17.2v.2",
  plus: "M12 5v14 M5 12h14",
  trash: "M5 7h14 M9 7V4h6v3 M7 7l1 13h8l1-13",
  edit: "M5 19h3L19 8l-3-3L5 16z M13.5 7.5l3 3",
  eye: "M2.5 12C6 5.7 18 5.7 21.5 12 18 18.3 6 18.3 2.5 12z M12 9.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5",
  hidden:
    "M4 4l16 16 M9.5 7.6C14 6.2 19 7.6 21.5 12a10 10 0 0 1-2.6 3 M6 8.6A10 10 0 0 0 2.5 12c2 3.6 6.5 5.4 10.5 4.6",
  bell: "M6 16V10.5a6 6 0 0 1 12 0V16l1.5 2h-15z M10 21h4",
  shield:
    "M12 3l7.5 2.8v5.4c0 4.6-3 8-7.5 9.8-4.5-1.8-7.5-5.2-7.5-9.8V5.8z M8.8 12l2.3 2.3 4.2-4.3",
  live: "M12 11a1 1 0 1 1 0 2a1 1 0 1 1 0-2 M8.5 8.5a5 5 0 0 0 0 7 M15.5 8.5a5 5 0 0 1 0 7 M5.6 5.6a9 9 0 0 0 0 12.8 M18.4 5.6a9 9 0 0 1 0 12.8",
  pin: "M9 3h6 M10 3v6l-3.5 5h11L14 9V3 M12 14v7",
  send: "M20.5 3.5L3.5 10l6.5 3.5L13.5 20z M20.5 3.5L10 13.5",
  download: "M12 4v11 M8 11.5l4 4 4-4 M5 20h14",
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside words; what it means is said by them or by the button's label. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className="drawn"
      viewBox="0 0 24 24"
      width="22"
      height="22"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
