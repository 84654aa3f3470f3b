package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.dns.ChallengeRecords;
import ai.scailabs.vault.pki.issuance.KeystoreRoom;
import ai.scailabs.vault.pki.timing.RenewalTimes;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The parts of this package, put together over one way to the database: one for requests, and one for what goes on without any. Thread-safe. */
public final class AcmeClient {
    private final AccountRepository accounts;
    private final OrderRepository orders;
    private final ChallengeRepository challenges;
    private final ManagedRepository certificates;
    private final AcmeKeys keys;
    private final AccountLogins logins;
    private final OrderJournal journal;
    private final RenewalTimes times;
    private final Ids ids;
    private final SecureRandom random;
    private final Clock clock;

    public AcmeClient(
            TenantTransactions transactions,
            Directories directories,
            AcmeKeys keys,
            OrderJournal journal,
            Ids ids,
            SecureRandom random,
            Clock clock) {
        this.accounts = new AccountRepository(transactions);
        this.orders = new OrderRepository(transactions);
        this.challenges = new ChallengeRepository(transactions);
        this.certificates = new ManagedRepository(transactions);
        this.keys = keys;
        this.logins = new AccountLogins(directories, keys, accounts, clock);
        this.journal = journal;
        this.times = new RenewalTimes(random);
        this.ids = ids;
        this.random = random;
        this.clock = clock;
    }

    public AccountService accountService(AccessControl access) {
        return new AccountService(accounts, logins, keys, orders, access, clock, ids);
    }

    public OrderService orderService(
            AccountService accountService, SignatureProvider signatures, OrderTally tally, AccessControl access) {
        return new OrderService(orders, certificates, accountService, signatures, tally, access, clock, ids);
    }

    /** @param keystoresAtOnce that are written at the same time; at least 1 */
    public ManagedCertificates certificateService(
            OrderService orderService, AccessControl access, int keystoresAtOnce) {
        return new ManagedCertificates(
                certificates, orderService, this, access, new KeystoreRoom(keystoresAtOnce), random);
    }

    public ChallengeAnswers answers() {
        return new ChallengeAnswers(challenges, random, clock);
    }

    public OrderSteps steps(ChallengeRecords records, RenewalNews news, OrderTally tally) {
        Backoff backoff = new Backoff(random);
        OrderMoves moves = new OrderMoves(orders, challenges, keys, journal, news, tally, backoff, clock);
        return new OrderSteps(
                moves,
                accounts,
                logins,
                new ProofSteps(moves),
                new DnsSteps(moves, records),
                new IssueSteps(moves, keys, certificates, times),
                ids);
    }

    AccountRepository accountRows() {
        return accounts;
    }

    OrderRepository orderRows() {
        return orders;
    }

    ManagedRepository certificateRows() {
        return certificates;
    }

    AcmeKeys keys() {
        return keys;
    }

    AccountLogins logins() {
        return logins;
    }

    OrderJournal journal() {
        return journal;
    }

    RenewalTimes times() {
        return times;
    }

    /** As the database keeps it. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
