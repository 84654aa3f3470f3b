package ai.scailabs.vault.audit.proof;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import com.zaxxer.hikari.HikariDataSource;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointJobTest {
    @Test
    void logsThatFailAgainAndAgain_holdUpNoneBehindThem() throws Exception {
        try (AuditDatabase database = AuditDatabase.open();
                HikariDataSource worker = database.worker()) {
            try (Connection connection =
                            database.logins().superuser().dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    AuditTrail trail = new AuditTrail(database.committer())) {
                statement.execute("insert into partner (partner_id, created_at) values ('ptn_acme', now())");
                for (String tenant : List.of("tnt_a", "tnt_b", "tnt_c", "tnt_d")) {
                    statement.execute("insert into tenant (tenant_id, partner_id, created_at) values ('" + tenant
                            + "', 'ptn_acme', now())");
                    trail.append(database.read(new TenantId(tenant), "app/db", null))
                            .await();
                }
            }
            new Sequencer(worker, (connection, entries) -> {}, Clock.systemUTC()).run();
            CheckpointJob job = new CheckpointJob(
                    worker,
                    new Checkpoints(
                            new LogTree(database.tenants()),
                            database.tenants(),
                            new SealOfOne(),
                            "scaivault/audit",
                            Clock.systemUTC(),
                            database.ids(),
                            new SecureRandom()));
            job.run();
            assertThat(job.failedCount()).isEqualTo(3);
            assertThat(job.signedCount()).isZero();
            job.run();
            assertThat(job.signedCount()).isEqualTo(1);
            assertThat(database.text("select string_agg(tenant_id, ' ') from audit_checkpoint"))
                    .isEqualTo("tnt_d");
        }
    }

    /** The keys of all tenants but one cannot be had. */
    private static final class SealOfOne implements KeySeal {
        @Override
        public byte[] seal(TenantId tenant, PartnerId partner, String keyId, SensitiveBytes privateKey) {
            if (!tenant.value().equals("tnt_d")) {
                throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "the key is away");
            }
            return privateKey.expose().clone();
        }

        @Override
        public SensitiveBytes open(TenantId tenant, PartnerId partner, String keyId, byte[] sealed) {
            return SensitiveBytes.owning(sealed.clone());
        }
    }
}
