package ai.scailabs.vault.pki.inventory;

import static ai.scailabs.vault.pki.PkiDatabase.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.PkiDatabase;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CertificateCensusTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

    private static final class Hands extends Clock {
        private Instant now = NOW;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneId.of("UTC");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void whatCounts_isCountedByAuthority_andHowMuchOfItExpiresSoon() throws SQLException {
        try (PkiDatabase database = new PkiDatabase()) {
            TenantId other = new TenantId("tnt_other");
            database.tenant(other);
            UUID first = database.authority(TENANT, "first");
            UUID second = database.authority(other, "second");
            UUID revoked = database.authority(TENANT, "revoked");
            database.certificate(TENANT, first, 1, NOW.plus(Duration.ofHours(5)), "issued");
            database.certificate(TENANT, first, 2, NOW.plus(Duration.ofDays(5)), "issued");
            database.certificate(TENANT, first, 3, NOW.plus(Duration.ofDays(20)), "issued");
            database.certificate(TENANT, first, 4, NOW.plus(Duration.ofDays(100)), "issued");
            database.certificate(other, second, 1, NOW.plus(Duration.ofDays(2)), "issued");
            // None of these counts: over, revoked, of an authority that was revoked, a responder's.
            database.certificate(TENANT, first, 5, NOW.minusSeconds(1), "issued");
            database.certificate(TENANT, first, 6, NOW.plus(Duration.ofDays(5)), "revoked");
            database.certificate(TENANT, revoked, 1, NOW.plus(Duration.ofDays(5)), "issued");
            database.update(
                    "update certificate_authority set status = 'revoked', revoked_at = now(), revocation_reason = 1 where ca_id = ?",
                    revoked);
            UUID responder = database.certificate(TENANT, first, 7, NOW.plus(Duration.ofDays(6)), "issued");
            database.update(
                    "update certificate set created_by = 'system:ocsp-responder' where certificate_id = ?", responder);

            Hands clock = new Hands();
            CertificateCensus census = new CertificateCensus(database.worker(), database.tenants(), clock);
            assertThat(census.active()).isEmpty();
            census.run();
            assertThat(census.active())
                    .containsEntry(first, 4L)
                    .containsEntry(second, 1L)
                    .containsEntry(revoked, 0L);
            assertThat(census.expiringSoon()).containsExactly(1L, 3L, 4L);

            // Whoever was counted rests.
            database.certificate(TENANT, first, 8, NOW.plus(Duration.ofDays(50)), "issued");
            clock.now = NOW.plus(Duration.ofMinutes(4));
            census.run();
            assertThat(census.active()).containsEntry(first, 4L);
            clock.now = NOW.plus(Duration.ofMinutes(6));
            census.run();
            assertThat(census.active()).containsEntry(first, 5L);

            // Of a tenant that is not served nothing is told any more.
            database.update("update tenant set status = 'suspended' where tenant_id = ?", other.value());
            census.run();
            assertThat(census.active()).doesNotContainKey(second).containsEntry(first, 5L);
            assertThat(census.expiringSoon()).containsExactly(1L, 2L, 3L);
        }
    }
}
