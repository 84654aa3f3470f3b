package ai.scailabs.vault.access.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.access.AccessDatabase;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the database itself lets each role do with the list. */
class RevocationRightsTest {
    private static final AccessDatabase DATABASE = new AccessDatabase();

    @AfterAll
    static void close() {
        DATABASE.close();
    }

    @BeforeEach
    void fill() {
        DATABASE.execute("delete from token_revocation");
        DATABASE.execute(
                "insert into token_revocation (tenant_id, kind, subject, revoked_at, revoked_by, expires_at) values"
                        + " ('tnt_acme', 'token_id', 'live', now(), 'user:a', now() + interval '1 day'),"
                        + " ('tnt_acme', 'token_id', 'over', now(), 'user:a', now() - interval '1 day'),"
                        + " ('tnt_other', 'token_id', 'over', now(), 'user:a', now() - interval '1 second')");
    }

    @Test
    void whatConcernsNothingAnyMore_isDisposedOf_andNothingElse() throws SQLException {
        assertThat(new RevocationDisposal(DATABASE.worker()).run()).isEqualTo(2);
        assertThat(DATABASE.number("select count(*) from token_revocation where subject = 'live'"))
                .isEqualTo(1);
        assertThat(new RevocationDisposal(DATABASE.worker()).run()).isZero();
    }

    @Test
    void worker_cannotTakeARevocationBack() throws SQLException {
        assertThat(update(DATABASE.worker(), "delete from token_revocation where subject = 'live'"))
                .isZero();
        assertRefused(DATABASE.worker(), "update token_revocation set expires_at = now()");
        assertRefused(DATABASE.worker(), "truncate token_revocation");
        assertRefused(DATABASE.worker(), "select revoked_by from token_revocation");
    }

    @Test
    void app_cannotTakeARevocationBack_norSeeAnothersTenant() throws SQLException {
        assertRefused(DATABASE.appDataSource(), "delete from token_revocation");
        assertRefused(DATABASE.appDataSource(), "update token_revocation set subject = 'x'");
        assertThat(update(DATABASE.appDataSource(), "update token_revocation set expires_at = now()"))
                .isZero();
        assertRefused(
                DATABASE.appDataSource(),
                "insert into token_revocation (tenant_id, kind, subject, revoked_at, revoked_by, expires_at)"
                        + " values ('tnt_other', 'token_id', 'x', now(), 'user:a', now())");
    }

    @Test
    void tenantWithTooMany_isToldToRevokeIdentities() {
        DATABASE.execute("insert into token_revocation (tenant_id, kind, subject, revoked_at, revoked_by, expires_at)"
                + " select 'tnt_acme', 'token_id', 't' || n, now(), 'user:a', now() + interval '1 day'"
                + " from generate_series(1, " + (RevocationService.MAX_REVOCATIONS - 2) + ") n");
        // The identity provider's own use up no room.
        DATABASE.execute(
                "insert into token_revocation (tenant_id, kind, subject, not_before, revoked_at, revoked_by, expires_at)"
                        + " select 'tnt_acme', 'identity', 'user:u' || n, now(), now(), 'system:scaikey', now() + interval '1 day'"
                        + " from generate_series(1, 100) n");
        RevocationList list = new RevocationList(DATABASE.transactions, DATABASE.clock);
        RevocationService service = new RevocationService(DATABASE.transactions, list, DATABASE.clock);
        IdentityId admin = new IdentityId("user:admin@example.test");
        var entry = DATABASE.entry(AccessDatabase.actor(AccessDatabase.ACME, admin.value()), AuditAction.TOKEN_REVOKE);

        service.revoke(AccessDatabase.ACME, new Revocation.OfTokenId("live", null), admin, entry);
        assertThatThrownBy(() ->
                        service.revoke(AccessDatabase.ACME, new Revocation.OfTokenId("one-more", null), admin, entry))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThat(DATABASE.number("select count(*) from token_revocation where subject = 'one-more'"))
                .isZero();
        // What the identity provider says is never too much.
        service.revokeIdentity(
                AccessDatabase.ACME,
                new IdentityId("user:jo@example.test"),
                DATABASE.clock.instant(),
                new IdentityId("system:scaikey"),
                DATABASE.entry(AccessDatabase.actor(AccessDatabase.ACME, admin.value()), AuditAction.TOKEN_REVOKE));
    }

    private static void assertRefused(DataSource role, String sql) {
        assertThatThrownBy(() -> update(role, sql))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        refusal -> assertThat(refusal.getSQLState()).isEqualTo("42501"));
    }

    private static int update(DataSource role, String sql) throws SQLException {
        try (Connection connection = role.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return statement.getUpdateCount();
        }
    }
}
