package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.acme.OrderMoves.Held;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes an order from where it is to where it waits for somebody else. Each step is a conversation, and then a transaction that says what is next; so whoever is killed when, another goes on with what is durable.
 * What a conversation may have done without its being stored is asked for before it is done again. Thread-safe.
 */
public final class OrderSteps {
    private static final Logger LOG = LoggerFactory.getLogger(OrderSteps.class);
    /** In one go; then others have their turn. */
    private static final int MOST_IN_A_ROW = 250;

    private final OrderMoves moves;
    private final AccountRepository accounts;
    private final AccountLogins logins;
    private final ProofSteps proofs;
    private final DnsSteps dns;
    private final IssueSteps issues;
    private final Ids ids;

    OrderSteps(
            OrderMoves moves,
            AccountRepository accounts,
            AccountLogins logins,
            ProofSteps proofs,
            DnsSteps dns,
            IssueSteps issues,
            Ids ids) {
        this.moves = moves;
        this.accounts = accounts;
        this.logins = logins;
        this.proofs = proofs;
        this.dns = dns;
        this.issues = issues;
        this.ids = ids;
    }

    /**
     * Does nothing when another has it, or nothing is due.
     *
     * @param stopping asked between two steps: then the order is left to another instance at once
     */
    void work(TenantId tenant, UUID id, BooleanSupplier stopping) {
        UUID worker = ids.nextUuid();
        if (!moves.orders().take(tenant, id, worker, moves.now())) {
            return;
        }
        try {
            for (int step = 0; step < MOST_IN_A_ROW; step++) {
                // What waits was given away, and may be another's by now, however little time has passed.
                AcmeOrder order = moves.orders().held(tenant, id, worker).orElse(null);
                if (order == null) {
                    return;
                }
                if (stopping.getAsBoolean()) {
                    moves.orders().release(tenant, id, worker);
                    return;
                }
                step(new Held(order, worker));
            }
            moves.orders().release(tenant, id, worker);
        } catch (OrderRepository.LeaseLost lost) {
            LOG.info("{} of {} is worked on elsewhere", id, tenant);
        }
    }

    private void step(Held held) {
        AcmeOrder order = held.order();
        try {
            take(held);
        } catch (DirectoryFailure failure) {
            LOG.debug("{} of {} at {}", order.text(), order.tenant(), order.stage(), failure);
            moves.failed(held, failure);
        } catch (AcmeException refused) {
            moves.failed(held, DirectoryFailure.of(refused));
        } catch (OrderRepository.LeaseLost lost) {
            throw lost;
        } catch (VaultException unavailable) {
            // Ours, not the directory's: nothing about it is for the tenant to change.
            LOG.warn("{} of {} waits at {}: {}", order.text(), order.tenant(), order.stage(), unavailable.toString());
            moves.failed(
                    held,
                    DirectoryFailure.passing(
                            DirectoryProblem.ours(unavailable.code().code(), "the service cannot go on now", null)));
        } catch (AcmeProtocolException | AcmeLazyLoadingException malformed) {
            moves.failed(held, DirectoryFailure.of(malformed));
        } catch (RuntimeException failure) {
            LOG.warn("{} of {} failed at {}, and is tried again", order.text(), order.tenant(), order.stage(), failure);
            moves.failed(
                    held,
                    DirectoryFailure.passing(
                            DirectoryProblem.ours("internal", "the service could not do the next step", null)));
        }
    }

    private void take(Held held) throws AcmeException, DirectoryFailure {
        AcmeOrder order = held.order();
        switch (order.stage()) {
            case NEW -> proofs.create(held, login(order));
            case AUTHORIZE -> proofs.authorize(held, login(order));
            case PLACE -> dns.place(held);
            case PROPAGATE -> dns.propagate(held);
            case TRIGGER -> proofs.trigger(held, login(order));
            case VALIDATE -> proofs.validate(held, login(order));
            case FINALIZE -> issues.finish(held, login(order));
            case COLLECT -> issues.collect(held, login(order));
            case CLEAN -> dns.clean(held);
            case DONE -> throw new IllegalStateException("nothing is to be done");
        }
    }

    private Login login(AcmeOrder order) throws DirectoryFailure {
        AcmeAccount account = accounts.find(order.tenant(), order.accountId()).orElseThrow(AccountService::notFound);
        if (!account.active()) {
            throw DirectoryFailure.lasting(
                    DirectoryProblem.ours("accountDeactivated", "the account was deactivated", null));
        }
        return logins.about(order.terms().names().size()).open(order.tenant(), order.partner(), account);
    }
}
