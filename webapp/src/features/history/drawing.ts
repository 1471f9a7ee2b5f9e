import {
  BaselineSeries,
  createChart,
  createSeriesMarkers,
  type SeriesMarker,
  TickMarkType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import type { Column, Mark } from "./exposure";
import type { Colours } from "./themeColours";

export interface Drawing {
  show: (columns: readonly Column[], marks: readonly Mark[]) => void;
  paint: (colours: Colours) => void;
  remove: () => void;
}

/** A chart of longs above zero and shorts below it, in an element that gives it its size. */
export function drawExposure(box: HTMLElement, language: string): Drawing {
  const written = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(language, options);
    return (time: Time) => formatter.format(new Date(Number(time) * 1000));
  };
  const clock = written({ hour: "2-digit", minute: "2-digit" });
  const day = written({ day: "numeric", month: "short" });
  const moment = written({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const dollars = new Intl.NumberFormat(language, {
    notation: "compact",
    maximumFractionDigits: 1,
  });
  const chart = createChart(box, {
    autoSize: true,
    // Its logo brings a style element, which the content security policy refuses.
    layout: { attributionLogo: false, background: { color: "transparent" } },
    localization: {
      locale: language,
      timeFormatter: moment,
      priceFormatter: (price: number) => dollars.format(Math.abs(price)),
    },
    grid: { vertLines: { visible: false } },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.16, bottom: 0.1 } },
    timeScale: {
      borderVisible: false,
      timeVisible: true,
      minBarSpacing: 0.1,
      fixLeftEdge: true,
      fixRightEdge: true,
      tickMarkFormatter: (time: Time, type: TickMarkType) =>
        type >= TickMarkType.Time ? clock(time) : day(time),
    },
    // The page scrolls under the finger, not the chart.
    handleScroll: false,
    handleScale: false,
  });
  const style = { lineWidth: 2, priceLineVisible: false, lastValueVisible: false } as const;
  const long = chart.addSeries(BaselineSeries, style);
  const short = chart.addSeries(BaselineSeries, style);
  const markers = createSeriesMarkers<Time>(long, []);
  let marked: readonly Mark[] = [];
  let colours: Colours | null = null;

  function mark() {
    const used = colours;
    if (!used) return;
    const shown = marked.map(
      ({ time, kind }): SeriesMarker<Time> =>
        kind === "reduce"
          ? { time: at(time), position: "aboveBar", shape: "arrowDown", color: used.reduce }
          : { time: at(time), position: "aboveBar", shape: "arrowUp", color: used.restore },
    );
    markers.setMarkers(shown);
  }

  return {
    show(columns, marks) {
      const side = (of: "long" | "short") =>
        columns.map(({ time, values }) =>
          values ? { time: at(time), value: values[of] } : { time: at(time) },
        );
      long.setData(side("long"));
      short.setData(side("short"));
      marked = marks;
      mark();
      chart.timeScale().fitContent();
    },
    paint(next) {
      colours = next;
      chart.applyOptions({
        layout: { textColor: next.hint, fontFamily: next.font },
        grid: { horzLines: { color: next.line } },
        crosshair: {
          vertLine: { color: next.hint, labelBackgroundColor: next.accent },
          horzLine: { color: next.hint, labelBackgroundColor: next.accent },
        },
      });
      for (const [series, colour] of [
        [long, next.long],
        [short, next.short],
      ] as const) {
        series.applyOptions({
          topLineColor: colour.line,
          bottomLineColor: colour.line,
          topFillColor1: colour.area,
          topFillColor2: colour.area,
          bottomFillColor1: colour.area,
          bottomFillColor2: colour.area,
        });
      }
      mark();
    },
    remove: () => chart.remove(),
  };
}

/** The library's brand of epoch seconds. */
function at(time: number): UTCTimestamp {
  return time as UTCTimestamp;
}
