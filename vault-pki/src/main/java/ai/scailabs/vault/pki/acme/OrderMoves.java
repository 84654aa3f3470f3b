package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Stores what a step has done, in one transaction that counts only while the lease does. Thread-safe. */
final class OrderMoves {
    /** At one stage: a directory, or DNS, that was not done with it by then never will be. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    private final OrderRepository orders;
    private final ChallengeRepository challenges;
    private final AcmeKeys keys;
    private final OrderJournal journal;
    private final RenewalNews news;
    private final OrderTally tally;
    private final Backoff backoff;
    private final Clock clock;

    OrderMoves(
            OrderRepository orders,
            ChallengeRepository challenges,
            AcmeKeys keys,
            OrderJournal journal,
            RenewalNews news,
            OrderTally tally,
            Backoff backoff,
            Clock clock) {
        this.orders = orders;
        this.challenges = challenges;
        this.keys = keys;
        this.journal = journal;
        this.news = news;
        this.tally = tally;
        this.backoff = backoff;
        this.clock = clock;
    }

    OrderRepository orders() {
        return orders;
    }

    ChallengeRepository challenges() {
        return challenges;
    }

    /** As the database keeps it. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Nothing has changed but the time; when that is over, the order has failed. */
    void waiting(Held held, Instant next) {
        AcmeOrder order = held.order();
        Instant now = now();
        AcmeOrder.Progress progress = order.progress();
        if (!now.isBefore(progress.giveUpAt()) || !now.isBefore(progress.since().plus(LONGEST_WAIT))) {
            failed(
                    held,
                    DirectoryFailure.lasting(DirectoryProblem.ours(
                            "timeout",
                            "waited in vain at the stage " + order.stage().wireName(),
                            null)));
            return;
        }
        orders.transactions().inTransaction(order.tenant(), tx -> {
            orders.move(tx, order.id(), held.worker(), order.status(), order.stage(), next, now);
            return next;
        });
    }

    /** Something was done; on to the next, at once. */
    void on(Held held, Stage next, String did, Consumer<TenantTransaction> changes) {
        on(held, held.order().status(), next, now(), did, changes);
    }

    void on(
            Held held,
            OrderStatus status,
            Stage next,
            Instant at,
            @Nullable String did,
            Consumer<TenantTransaction> changes) {
        AcmeOrder order = held.order();
        orders.transactions().inTransaction(order.tenant(), tx -> {
            moved(tx, held, status, next, at, did, changes);
            return order;
        });
        if (status != order.status()) {
            tally.reached(order.provider(), status);
        }
    }

    /** The same in a transaction that somebody has opened. */
    void moved(
            TenantTransaction tx,
            Held held,
            OrderStatus status,
            Stage next,
            Instant at,
            @Nullable String did,
            Consumer<TenantTransaction> changes) {
        AcmeOrder order = held.order();
        changes.accept(tx);
        orders.move(tx, order.id(), held.worker(), status, next, at, now());
        if (did != null) {
            tell(tx, order, did, status, Map.of());
        }
    }

    void reached(AcmeOrder order, OrderStatus status) {
        tally.reached(order.provider(), status);
    }

    void tellNews(TenantTransaction tx, RenewalNews.Made made) {
        news.made(tx, made);
    }

    private void tell(TenantTransaction tx, AcmeOrder order, String did, OrderStatus status, Map<String, Object> more) {
        Map<String, Object> extra = new LinkedHashMap<>(more);
        extra.put("step", did);
        extra.put("status", status.wireName());
        extra.put("acme_account", order.accountName());
        orders.record(tx, journal.entry(order.tenant(), AuditAction.PKI_ACME_ORDER_STEP, order.text(), extra));
    }

    /**
     * A step came to nothing. What may pass is tried again; a renewal begins anew when it did not pass, until the time of its certificate is over; and all else ends. What was placed in DNS is removed first in either
     * case.
     */
    void failed(Held held, DirectoryFailure failure) {
        AcmeOrder order = held.order();
        Instant now = now();
        boolean over = !now.isBefore(order.progress().giveUpAt());
        if (order.stage() == Stage.CLEAN) {
            // Whatever became of the order: this goes on until it is done, or nobody knows how.
            boolean hopeless = over && !now.isBefore(order.progress().giveUpAt().plus(Duration.ofDays(7)));
            if (hopeless) {
                left(held, failure.problem());
                return;
            }
            retried(held, failure, now);
        } else if (failure.isPassing() && !over) {
            retried(held, failure, now);
        } else if (order.renewal() && !over) {
            ended(held, failure.problem(), OrderStatus.PENDING);
        } else {
            ended(held, failure.problem(), OrderStatus.INVALID);
        }
    }

    private void retried(Held held, DirectoryFailure failure, Instant now) {
        AcmeOrder order = held.order();
        Instant next = backoff.again(order.attempts(), failure.isLimit(), failure.notBefore(), now);
        orders.transactions().inTransaction(order.tenant(), tx -> {
            orders.failed(tx, order.id(), failure.problem());
            orders.move(tx, order.id(), held.worker(), order.status(), order.stage(), next, now);
            return order;
        });
    }

    /** No other try can come to anything. What was placed in DNS is removed first. @param also in the same transaction, before */
    void over(Held held, DirectoryProblem problem, Consumer<TenantTransaction> also) {
        ended(held, problem, OrderStatus.INVALID, also);
    }

    /** What was placed stays where it is; a renewal that was to begin anew after it does not. */
    private void left(Held held, DirectoryProblem problem) {
        AcmeOrder order = held.order();
        boolean ends = !order.status().isFinal();
        OrderStatus status = ends ? OrderStatus.INVALID : order.status();
        Instant now = now();
        orders.transactions().inTransaction(order.tenant(), tx -> {
            orders.failed(tx, order.id(), problem);
            orders.move(tx, order.id(), held.worker(), status, Stage.DONE, now, now);
            if (ends) {
                tellFailed(tx, order, problem, status, null);
            }
            return order;
        });
        if (ends) {
            tally.reached(order.provider(), status);
        }
    }

    private void tellFailed(
            TenantTransaction tx,
            AcmeOrder order,
            DirectoryProblem problem,
            OrderStatus status,
            @Nullable Instant nextAttempt) {
        tell(tx, order, "failed", status, Map.of("problem", problem.shown()));
        if (order.renewal()) {
            news.failed(
                    tx,
                    new RenewalNews.Failed(
                            order.tenant(),
                            order.accountName(),
                            order.certificate(),
                            order.id(),
                            order.terms().names().stream()
                                    .map(OrderedName::text)
                                    .toList(),
                            problem,
                            order.attempts() + 1,
                            nextAttempt));
        }
    }

    private void ended(Held held, DirectoryProblem problem, OrderStatus status) {
        ended(held, problem, status, tx -> {});
    }

    private void ended(Held held, DirectoryProblem problem, OrderStatus status, Consumer<TenantTransaction> also) {
        AcmeOrder order = held.order();
        Instant now = now();
        orders.transactions().inTransaction(order.tenant(), tx -> {
            also.accept(tx);
            orders.failed(tx, order.id(), problem);
            challenges.deleteAnswers(tx, order.id());
            String key = order.progress().keyId();
            orders.restart(tx, order.id());
            if (key != null) {
                keys.delete(tx, key);
            }
            orders.move(tx, order.id(), held.worker(), status, Stage.CLEAN, now, now);
            tellFailed(tx, order, problem, status, status.isFinal() ? null : backoff.anew(order.attempts(), null, now));
            return order;
        });
        if (status != order.status()) {
            tally.reached(order.provider(), status);
        }
    }

    /** Nothing of it is left outside. */
    void cleaned(Held held, boolean removed) {
        AcmeOrder order = held.order();
        boolean over = order.status().isFinal();
        Instant now = now();
        on(
                held,
                order.status(),
                over ? Stage.DONE : Stage.NEW,
                over ? now : backoff.anew(order.attempts() - 1, null, now),
                removed ? "cleaned" : null,
                tx -> {});
    }

    /** An order that this instance works on. */
    record Held(AcmeOrder order, UUID worker) {}
}
