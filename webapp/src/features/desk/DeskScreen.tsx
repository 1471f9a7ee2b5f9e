import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useReach } from "@/shared/api/reach";
import type { Position } from "@/shared/api/types";
import { parsePercent } from "@/shared/money/format";
import { useAccount, useMarket, useSettings } from "@/shared/person/Person";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Refreshable } from "@/shared/ui/Refreshable";
import { Skeleton } from "@/shared/ui/Skeleton";
import css from "./desk.module.css";
import { MarketTabs } from "./MarketTabs";
import { OpenJobs } from "./OpenJobs";
import { PositionCard } from "./PositionCard";
import { PositionSheet } from "./PositionSheet";
import { legsByPosition } from "./plan";
import { ReduceDock } from "./ReduceDock";
import { RestoreBanner } from "./RestoreBanner";
import { arranged, EVERYTHING, keyOf, type Order, type Scope, scopeBody, touches } from "./scope";
import { Toolbar } from "./Toolbar";
import { Totals } from "./Totals";
import { useBook } from "./useBook";
import { useReducePlan } from "./useReducePlan";

/** The first screen: the book, and what the slider would do to each position of it. */
export function DeskScreen() {
  const account = useAccount();
  const market = useMarket();
  // Another account or market begins anew: what was chosen there means nothing here.
  return <Desk key={`${account.id} ${market}`} />;
}

function Desk() {
  const { t } = useTranslation();
  const account = useAccount();
  const market = useMarket();
  const { default_percent: usual } = useSettings();
  const [typed, setTyped] = useState(usual);
  const [scope, setScope] = useState<Scope>(EVERYTHING);
  const [order, setOrder] = useState<Order>("value");
  const [roundUp, setRoundUp] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const [opened, setOpened] = useState<string | null>(null);
  const book = useBook(account.id, market);
  const reached = useReach();
  const percent = parsePercent(typed);
  const held = (book.data?.items.length ?? 0) > 0;
  const body =
    percent === null || !held
      ? null
      : {
          market_type: market,
          account_id: account.id,
          percent,
          round_up: roundUp,
          scope: scopeBody(scope),
        };
  const plan = useReducePlan(body);
  const legs = legsByPosition(plan.shown);
  const items = book.data ? arranged(book.data.items, scope, order) : [];
  const shown = items.find((position) => keyOf(position) === opened);

  function choose(position: Position) {
    const symbols = new Set(scope.symbols);
    if (!symbols.delete(position.symbol)) symbols.add(position.symbol);
    setScope({ ...scope, symbols });
  }

  return (
    <div className={`screen ${css.desk}`}>
      <h1 className="visually-hidden">{t("book.title")}</h1>
      <MarketTabs market={market} />
      <div
        id="book"
        role="tabpanel"
        aria-labelledby={`tab-${market}`}
        className={css.columns}
        data-testid="book"
      >
        <div className={css.list}>
          <OpenJobs accountId={account.id} />
          <Refreshable onRefresh={() => Promise.all([book.refetch(), plan.refetch()])}>
            {book.data && <Totals book={book.data} isLive={reached && !book.error} />}
            <RestoreBanner accountId={account.id} market={market} />
            {book.error && <Failure error={book.error} onRetry={() => void book.refetch()} />}
            {book.isPending && <Skeleton label={t("book.loading")} />}
            {book.data && !held && (
              <Empty icon="check" title={t("book.empty")}>
                <p>{t("book.emptyHint")}</p>
              </Empty>
            )}
            {held && (
              <Toolbar
                market={market}
                scope={scope}
                onScope={setScope}
                order={order}
                onOrder={setOrder}
                choosing={choosing}
                onChoosing={(on) => {
                  setChoosing(on);
                  if (!on) setScope({ ...scope, symbols: new Set() });
                }}
              />
            )}
            {held && items.length === 0 && <p className="hint centred">{t("book.noneMatch")}</p>}
            <ul className="cards" aria-busy={plan.current === null}>
              {items.map((position) => (
                <PositionCard
                  key={keyOf(position)}
                  position={position}
                  leg={touches(position, scope) ? legs.get(keyOf(position)) : undefined}
                  isStale={plan.current === null}
                  choice={
                    choosing
                      ? {
                          chosen: scope.symbols.has(position.symbol),
                          onChoose: () => choose(position),
                        }
                      : null
                  }
                  onOpen={() => setOpened(keyOf(position))}
                />
              ))}
            </ul>
          </Refreshable>
        </div>
        {held && (
          <ReduceDock
            body={body}
            plan={plan}
            typed={typed}
            onTyped={setTyped}
            roundUp={roundUp}
            onRoundUp={setRoundUp}
          />
        )}
      </div>
      {shown && <PositionSheet position={shown} onClose={() => setOpened(null)} />}
    </div>
  );
}
