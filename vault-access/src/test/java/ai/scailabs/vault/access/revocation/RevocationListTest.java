package ai.scailabs.vault.access.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.access.AccessDatabase;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.NotificationFeed;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RevocationListTest {
    private static final TenantId ACME = AccessDatabase.ACME;
    private static final TenantId OTHER = AccessDatabase.OTHER;
    private static final IdentityId ADMIN = new IdentityId("user:admin@example.test");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final AccessDatabase database = new AccessDatabase();
    private final AtomicLong nanos = new AtomicLong(1);
    private final RevocationList list = new RevocationList(database.transactions, database.clock, nanos::get);
    private final RevocationService service = new RevocationService(database.transactions, list, database.clock);

    @AfterEach
    void close() {
        database.close();
    }

    private RevocableToken token(TenantId tenant, String identity, String jti, Instant issuedAt) {
        return new RevocableToken(tenant, new IdentityId(identity), null, jti, "ff" + jti, issuedAt.toEpochMilli());
    }

    private RevocableToken token(String jti) {
        return token(ACME, "user:jo@example.test", jti, database.clock.instant());
    }

    private void revoke(RevocationService by, TenantId tenant, Revocation revocation) {
        Actor admin = AccessDatabase.actor(tenant, ADMIN.value());
        by.revoke(tenant, revocation, ADMIN, database.entry(admin, AuditAction.TOKEN_REVOKE));
    }

    private void revoke(Revocation revocation) {
        revoke(service, ACME, revocation);
    }

    private static void assertRevoked(RevocationList by, RevocableToken token) {
        assertThatThrownBy(() -> by.require(token))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.TOKEN_REVOKED));
    }

    private static void assertGood(RevocationList by, RevocableToken token) {
        assertThatCode(() -> by.require(token)).doesNotThrowAnyException();
    }

    @Test
    void tokenId_revokesThatTokenAndNoOther() {
        assertGood(list, token("one"));
        revoke(new Revocation.OfTokenId("one", null));
        assertRevoked(list, token("one"));
        assertGood(list, token("two"));
        assertGood(list, token("ONE"));
    }

    @Test
    void fingerprint_revokesThatToken() {
        revoke(new Revocation.OfFingerprint("ffone", database.clock.instant().plus(SECOND)));
        assertRevoked(list, token("one"));
        assertGood(list, token("two"));
    }

    @Test
    void identity_losesWhatItWasIssuedUntilThatMoment_andNothingLater() {
        Instant now = database.clock.instant();
        revoke(new Revocation.OfIdentity(new IdentityId("user:jo@example.test"), now));

        assertRevoked(list, token(ACME, "user:jo@example.test", "old", now.minusSeconds(3_600)));
        assertRevoked(list, token(ACME, "user:jo@example.test", "of-the-second", now));
        assertRevoked(list, token(ACME, "user:jo@example.test", "undated", Instant.EPOCH));
        assertGood(list, token(ACME, "user:jo@example.test", "new", now.plusMillis(1)));
        assertGood(list, token(ACME, "user:Jo@example.test", "another", now.minusSeconds(1)));
        assertGood(list, token(ACME, "sa:jo@example.test", "another", now.minusSeconds(1)));
    }

    /** Advisories CVE-2026-40264 and its like: an id of one tenant does nothing in another. */
    @Test
    void revocationInAnotherTenant_doesNothingHere() {
        revoke(service, OTHER, new Revocation.OfTokenId("one", null));
        revoke(
                service,
                OTHER,
                new Revocation.OfIdentity(new IdentityId("user:jo@example.test"), database.clock.instant()));
        assertGood(list, token("one"));
        assertRevoked(list, token(OTHER, "user:jo@example.test", "one", database.clock.instant()));
    }

    @Test
    void revokingAgain_changesNothing_andAMomentNeverGoesBack() {
        IdentityId jo = new IdentityId("user:jo@example.test");
        Instant now = database.clock.instant();
        revoke(new Revocation.OfIdentity(jo, now));
        revoke(new Revocation.OfIdentity(jo, now.minusSeconds(600)));
        revoke(new Revocation.OfTokenId("one", now.plusSeconds(60)));
        revoke(new Revocation.OfTokenId("one", now.plusSeconds(5)));

        assertRevoked(list, token(ACME, jo.value(), "x", now));
        assertThat(database.number("select count(*) from token_revocation")).isEqualTo(2);
        assertThat(database.number("select count(*) from token_revocation where kind = 'token_id' and expires_at > "
                        + "to_timestamp(" + now.plusSeconds(60).getEpochSecond() + ")"))
                .isEqualTo(1);
    }

    @Test
    void identityOfATenantThatWasNeverSeen_losesItsTokens() {
        TenantId unseen = new TenantId("tnt_unseen");
        service.revokeIdentity(
                unseen,
                new IdentityId("sa:mailer"),
                database.clock.instant(),
                new IdentityId("system:scaikey"),
                database.entry(AccessDatabase.actor(unseen, "system:scaikey"), AuditAction.TOKEN_REVOKE));
        assertRevoked(list, token(unseen, "sa:mailer", "one", database.clock.instant()));
    }

    @Test
    void revocation_isAuditedInItsOwnTransaction() {
        revoke(new Revocation.OfTokenId("one", null));
        assertThat(database.number(
                        "select count(*) from audit_log where tenant_id = 'tnt_acme' and action = 'token_revoke'"
                                + " and extra_data->>'jti' = 'one'"))
                .isEqualTo(1);

        database.execute("revoke insert on audit_log from scaivault_app");
        assertThatThrownBy(() -> revoke(new Revocation.OfTokenId("two", null))).isInstanceOf(RuntimeException.class);
        assertThat(database.number("select count(*) from token_revocation")).isEqualTo(1);
    }

    @Test
    void completeFeed_sparesEveryRead_andWhatItNamesIsReadAnew() {
        list.listening();
        list.confirmed(nanos.get());
        for (int i = 0; i < 1_000; i++) {
            assertGood(list, token("one"));
            nanos.addAndGet(1_000_000);
        }
        assertThat(list.reads()).isEqualTo(1);

        list.heard(OTHER.value());
        assertGood(list, token("one"));
        assertThat(list.reads()).isEqualTo(1);
        list.heard(ACME.value());
        assertGood(list, token("one"));
        assertThat(list.reads()).isEqualTo(2);
    }

    /** Another instance revoked, and this one hears of nothing: neither at the start nor after the feed has fallen silent. */
    @Test
    void silentFeed_isMadeUpForByReading_withinTwoSeconds() {
        RevocationList deaf = new RevocationList(database.transactions, database.clock, nanos::get);
        assertGood(deaf, token("one"));
        revoke(new Revocation.OfTokenId("one", null));
        nanos.addAndGet(SECOND.toNanos() + 1);
        assertRevoked(deaf, token("one"));

        deaf.listening();
        deaf.confirmed(nanos.get());
        assertGood(deaf, token("two"));
        revoke(new Revocation.OfTokenId("two", null));
        nanos.addAndGet(RevocationList.LONGEST_DELAY.toNanos() + 1);
        assertRevoked(deaf, token("two"));
    }

    @Test
    void newConnection_forgetsWhatMayHaveBeenMissed() {
        list.listening();
        list.confirmed(nanos.get());
        assertGood(list, token("one"));
        revoke(
                new RevocationService(
                        database.transactions,
                        new RevocationList(database.transactions, database.clock),
                        database.clock),
                ACME,
                new Revocation.OfTokenId("one", null));
        list.lost(new SQLException("cut"));
        list.listening();
        list.confirmed(nanos.get());
        assertRevoked(list, token("one"));
    }

    @Test
    void neitherFeedNorDatabase_isServiceUnavailable_andSaysWhich() {
        DataSource gone = dataSource(() -> {
            throw new SQLException("gone", "08006");
        });
        RevocationList blind = new RevocationList(new TenantTransactions(gone), database.clock, nanos::get);
        assertThatThrownBy(() -> blind.require(token("one"))).isInstanceOfSatisfying(VaultException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
            assertThat(refusal.details()).containsEntry("dependency", "token_revocations");
        });
    }

    @Test
    void listThatTookTooLongToRead_isNotBelieved() {
        DataSource slow = dataSource(() -> nanos.addAndGet(RevocationList.LONGEST_DELAY.toNanos() + 1));
        RevocationList late = new RevocationList(new TenantTransactions(slow), database.clock, nanos::get);
        assertThatThrownBy(() -> late.require(token("one")))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE));
    }

    @Test
    void readThatAChangeOvertook_isNotRemembered() {
        RevocationList[] overtaken = new RevocationList[1];
        AtomicLong connections = new AtomicLong();
        DataSource told = dataSource(() -> {
            if (connections.incrementAndGet() == 1) {
                overtaken[0].heard(ACME.value());
            }
        });
        overtaken[0] = new RevocationList(new TenantTransactions(told), database.clock, nanos::get);
        overtaken[0].listening();
        overtaken[0].confirmed(nanos.get());
        for (int i = 0; i < 3; i++) {
            assertGood(overtaken[0], token("one"));
        }
        assertThat(overtaken[0].reads()).isEqualTo(2);
    }

    @Test
    void realFeed_tellsAnotherInstanceWithinTwoSeconds_alsoOfChangesByHand() {
        RevocationList other = new RevocationList(database.transactions, database.clock);
        try (NotificationFeed feed = NotificationFeed.start(database.appLogin(), RevocationList.CHANNEL, other)) {
            awaitProof(other);
            assertGood(other, token("one"));
            long readsBefore = other.reads();

            long committed = System.nanoTime();
            revoke(new Revocation.OfTokenId("one", null));
            awaitRevoked(other, token("one"));
            assertThat(Duration.ofNanos(System.nanoTime() - committed)).isLessThan(RevocationList.LONGEST_DELAY);
            assertThat(other.reads()).isEqualTo(readsBefore + 1);

            database.execute(
                    "insert into token_revocation (tenant_id, kind, subject, revoked_at, revoked_by, expires_at)"
                            + " values ('tnt_acme', 'token_id', 'two', now(), 'user:operator', now() + interval '1 day')");
            awaitRevoked(other, token("two"));

            // The connection is lost, and the feed finds another one by itself.
            database.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where application_name = 'scaivault-feed' and datname = current_database()");
            revoke(new Revocation.OfTokenId("three", null));
            awaitRevoked(other, token("three"));
            awaitProof(other);
            revoke(new Revocation.OfTokenId("four", null));
            awaitRevoked(other, token("four"));
        }
    }

    private static void awaitProof(RevocationList list) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        Duration age = null;
        while (age == null || age.compareTo(SECOND) > 0) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            age = list.feedAge();
            Thread.onSpinWait();
        }
    }

    private static void awaitRevoked(RevocationList list, RevocableToken token) {
        long deadline = System.nanoTime() + RevocationList.LONGEST_DELAY.toNanos();
        boolean good = true;
        while (good && System.nanoTime() < deadline) {
            try {
                list.require(token);
            } catch (VaultException revoked) {
                good = false;
            }
        }
        assertRevoked(list, token);
    }

    /** The app's way into the database, with something that happens before each connection. */
    private DataSource dataSource(Step before) {
        DataSource real = database.appDataSource();
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    before.happen();
                    return real.getConnection();
                });
    }

    private interface Step {
        void happen() throws SQLException;
    }
}
