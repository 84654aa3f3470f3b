package ai.scailabs.vault.pki.inventory;

import static ai.scailabs.vault.pki.PkiDatabase.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.PkiDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CertificatePurgeTest {
    private static final Duration INTERVAL = Duration.ofHours(1);
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final int SUPERSEDED = 4;
    private static final int HOLD = 6;

    private static PkiDatabase database;
    private static UUID authority;

    @BeforeAll
    static void open() {
        database = new PkiDatabase();
        authority = database.authority(TENANT, "purged");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void clear() {
        database.update("delete from certificate_revocation");
        database.update("delete from certificate_name");
        database.update("delete from certificate_key");
        database.update("delete from certificate");
        database.update("delete from reserved_serial");
    }

    private static void purge(@Nullable Duration keepExpired) throws SQLException {
        new CertificatePurge(database.worker(), database.tenants(), keepExpired, INTERVAL, PkiDatabase.at(NOW)).run();
    }

    private static long rows(String table) {
        return database.number("select count(*) from " + table);
    }

    @Test
    void expired_stay_asLongAsNobodySaidOtherwise() throws SQLException {
        UUID old = database.certificate(TENANT, authority, 1, NOW.minus(Duration.ofDays(3_000)), "revoked");
        database.revocation(TENANT, authority, 1, old, NOW.minus(Duration.ofDays(3_000)), SUPERSEDED, false, NOW);
        database.revocation(TENANT, authority, 2, null, NOW.minus(Duration.ofDays(3_000)), SUPERSEDED, false, NOW);
        purge(null);
        assertThat(rows("certificate")).isEqualTo(1);
        assertThat(rows("certificate_revocation")).isEqualTo(2);
    }

    @Test
    void expired_goWithAllThatHangsOnThem_whenTheirTimeHasCome_andNotBefore() throws SQLException {
        Duration kept = Duration.ofDays(30);
        Instant over = NOW.minus(kept).minusSeconds(1);
        Instant notYet = NOW.minus(kept).plusSeconds(1);
        UUID gone = database.certificate(TENANT, authority, 1, over, "revoked");
        database.revocation(TENANT, authority, 1, gone, over, SUPERSEDED, false, over);
        database.update(
                "insert into certificate_key (tenant_id, key_id, certificate_id, private_key, created_at) values (?, 'k', ?, 'x'::bytea, now())",
                TENANT.value(),
                gone);
        database.revocation(TENANT, authority, 2, null, over, SUPERSEDED, false, over);
        UUID stays = database.certificate(TENANT, authority, 3, notYet, "revoked");
        database.revocation(TENANT, authority, 3, stays, notYet, SUPERSEDED, false, over);
        database.revocation(TENANT, authority, 4, null, notYet, SUPERSEDED, false, over);
        // The certificate of an authority is shown with it.
        UUID ofAuthority = database.certificate(TENANT, authority, 5, over, "issued");
        database.update("update certificate set subject_ca_id = ? where certificate_id = ?", authority, ofAuthority);

        purge(kept);
        assertThat(database.number("select count(*) from certificate where certificate_id = ?", gone))
                .isZero();
        assertThat(rows("certificate")).isEqualTo(2);
        assertThat(rows("certificate_name")).isEqualTo(2);
        assertThat(rows("certificate_key")).isZero();
        assertThat(rows("certificate_revocation")).isEqualTo(2);
        purge(kept);
        assertThat(rows("certificate")).isEqualTo(2);
    }

    /** A list that is made later than usual must still tell of it (RFC 5280 §3.3). */
    @Test
    void shortTime_isNoShorterThanListsNeed() throws SQLException {
        Instant onLists = NOW.minus(INTERVAL.multipliedBy(4)).plusSeconds(1);
        UUID certificate = database.certificate(TENANT, authority, 1, onLists, "revoked");
        database.revocation(TENANT, authority, 1, certificate, onLists, SUPERSEDED, false, onLists);
        purge(Duration.ofSeconds(1));
        assertThat(rows("certificate_revocation")).isEqualTo(1);
        assertThat(rows("certificate")).isEqualTo(1);
    }

    @Test
    void released_goOnceEveryListOfChangesBeginsAfterThem_andThoseOnHoldStay() throws SQLException {
        Instant end = NOW.plus(Duration.ofDays(30));
        Instant old = NOW.minus(INTERVAL.multipliedBy(3)).minusSeconds(1);
        database.revocation(TENANT, authority, 1, null, end, HOLD, true, old);
        database.revocation(TENANT, authority, 2, null, end, HOLD, true, old.plusSeconds(2));
        database.revocation(TENANT, authority, 3, null, end, HOLD, false, old);
        purge(null);
        assertThat(database.number("select count(*) from certificate_revocation where released"))
                .isEqualTo(1);
        assertThat(rows("certificate_revocation")).isEqualTo(2);
    }

    @Test
    void numbersThatNobodyUsed_goAfterADay() throws SQLException {
        for (int i = 0; i < 2; i++) {
            database.update(
                    "insert into reserved_serial (tenant_id, ca_id, serial, reserved_at) values (?, ?, ?, ?)",
                    TENANT.value(),
                    authority,
                    new byte[] {1, (byte) i},
                    NOW.minus(Duration.ofDays(1)).plusSeconds(i == 0 ? -1 : 1));
        }
        purge(null);
        assertThat(rows("reserved_serial")).isEqualTo(1);
    }

    @Test
    void moreThanABatch_goInOneRun_ofThisTenantAndOfNoOtherThatIsNotServed() throws SQLException {
        Instant over = NOW.minus(Duration.ofDays(60));
        TenantId suspended = new TenantId("tnt_suspended");
        database.tenant(suspended);
        UUID theirs = database.authority(suspended, "suspended");
        database.certificate(suspended, theirs, 1, over, "issued");
        database.update("update tenant set status = 'suspended' where tenant_id = ?", suspended.value());
        database.update("""
                insert into certificate (tenant_id, certificate_id, ca_id, ca_generation, serial, status, role, subject, sans, not_before, not_after, certificate,
                    created_at, created_by)
                select ?, gen_random_uuid(), ?, 1, decode(lpad(to_hex(i), 8, '0'), 'hex'), 'issued', 'web', 'CN=x', '{}', ?, ?, 'x'::bytea, now(), 'user:jo@example.test'
                from generate_series(1, ?) i
                """, TENANT.value(), authority, over.minusSeconds(1), over, 2 * CertificatePurge.BATCH + 500);
        purge(Duration.ofDays(30));
        assertThat(database.number("select count(*) from certificate where tenant_id = ?", TENANT.value()))
                .isZero();
        assertThat(rows("certificate")).isEqualTo(1);
    }
}
