// Keeps the newest line in sight, until the reader moves away from it.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

// So near to the end counts as being there.
const NEAR_PX = 48;

const gapOf = (frame) => frame.scrollHeight - frame.clientHeight - frame.scrollTop;

/**
 * Refs for the scrolling frame and the growing column in it; whether the reader is away from the
 * end; a function that goes there. A new `conversation` or a new message of the reader (`sent`)
 * goes to the end by itself.
 */
export function useFollowedScroll(conversation, sent) {
  const frame = useRef(null);
  const column = useRef(null);
  const following = useRef(true);
  const [away, setAway] = useState(false);

  const toEnd = useCallback(() => {
    const element = frame.current;
    if (element && following.current) element.scrollTop = element.scrollHeight;
  }, []);
  const jump = useCallback(() => {
    following.current = true;
    setAway(false);
    toEnd();
  }, [toEnd]);

  useLayoutEffect(jump, [conversation, sent, jump]);

  useEffect(() => {
    const element = frame.current;
    let last = element.scrollTop;
    let height = element.scrollHeight;
    const onScroll = () => {
      const top = element.scrollTop;
      // Only a move up with the page standing still is the reader's; a shrinking page is not.
      const up = top < last - 1 && element.scrollHeight >= height;
      if (gapOf(element) <= NEAR_PX) following.current = true;
      else if (up) following.current = false;
      last = top;
      height = element.scrollHeight;
      setAway(!following.current);
    };
    const onWheel = (event) => {
      if (event.deltaY < 0 && element.scrollTop > 0) {
        following.current = false;
        setAway(gapOf(element) > NEAR_PX);
      }
    };
    const grown = new ResizeObserver(toEnd);
    grown.observe(column.current);
    grown.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    element.addEventListener("wheel", onWheel, { passive: true });
    return () => {
      grown.disconnect();
      element.removeEventListener("scroll", onScroll);
      element.removeEventListener("wheel", onWheel);
    };
  }, [toEnd]);

  return { frame, column, away, jump };
}
