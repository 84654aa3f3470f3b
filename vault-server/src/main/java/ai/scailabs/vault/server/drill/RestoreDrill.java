package ai.scailabs.vault.server.drill;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.RandomSources;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootKeySet;
import ai.scailabs.vault.crypto.root.SharedUnwraps;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.server.drill.DrillReport.RootKeyResult;
import ai.scailabs.vault.server.drill.DrillReport.TenantResult;
import ai.scailabs.vault.server.drill.RestoredDatabase.PartnerKeyRow;
import ai.scailabs.vault.server.drill.RestoredDatabase.TenantRow;
import ai.scailabs.vault.server.drill.RestoredDatabase.VersionRow;
import ai.scailabs.vault.server.readiness.StartupRefusal;
import ai.scailabs.vault.server.settings.DrillSettings;
import ai.scailabs.vault.server.wiring.KeptRootKeys;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Opens, in a restored database: every partner key with each root key alone, every generation of every tenant's key, and a sample of every tenant's values. Writes down what it
 * found as JSON, and tells each tenant's audit log where it is given one.
 */
public final class RestoreDrill {
    /** Of each tenant. */
    private static final int SAMPLE = 20;

    private static final IdentityId BY = new IdentityId("system:restore-drill");
    private static final Duration HEAD_START = Duration.ofMillis(200);

    private final DrillSettings settings;
    private final Clock clock;
    private final SecureRandom random = RandomSources.striped();
    private final Ids ids;

    private RestoreDrill(DrillSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.ids = new Ids(clock, random);
    }

    /**
     * Runs one and writes its report.
     *
     * @param dump that was restored; read for its fingerprint alone
     * @param report a file that does not exist yet
     * @return whether everything that was tried has opened, and could be told to the audit log
     * @throws StartupRefusal when the database or the root keys cannot be used at all; says why
     */
    public static boolean run(DrillSettings settings, Path dump, Path report) throws IOException {
        return new RestoreDrill(settings, Clock.systemUTC()).run(dump, report);
    }

    private boolean run(Path dump, Path file) throws IOException {
        long startedNanos = System.nanoTime();
        String fingerprint = sha256(dump);
        DrillReport report;
        try (KeptRootKeys rootKeys = KeptRootKeys.open(settings.rootKeys(), random, settings.development());
                HikariDataSource pool = ConnectionPools.openPatient(settings.restored(), "scaivault-restore-drill", 1);
                Connection connection = pool.getConnection()) {
            connection.setReadOnly(true);
            report = look(new RestoredDatabase(connection), rootKeys.keys(), fingerprint);
        } catch (SQLException failure) {
            throw new StartupRefusal(List.of("the restored database cannot be read: " + failure.getMessage()));
        }
        Files.writeString(file, report.json(), StandardOpenOption.CREATE_NEW);
        if (settings.live() != null) {
            tell(report, settings.live(), startedNanos);
        }
        return report.passed();
    }

    private DrillReport look(RestoredDatabase restored, List<? extends RootKey> rootKeys, String fingerprint)
            throws SQLException {
        Instant startedAt = clock.instant();
        if (!restored.showsEveryRow()) {
            throw new StartupRefusal(
                    List.of("DATABASE_URL of a drill logs in as somebody who sees every row, such as a superuser of the"
                            + " scratch server"));
        }
        List<RootKeyResult> roots = new ArrayList<>();
        for (RootKey each : rootKeys) {
            roots.add(alone(each, restored.partnerKeys()));
        }
        RootKey together = new SharedUnwraps(new RootKeySet(rootKeys, HEAD_START));
        EnvelopeCipher cipher = new EnvelopeCipher(together, ids, random);
        List<TenantResult> tenants = new ArrayList<>();
        for (TenantRow tenant : restored.tenants()) {
            tenants.add(tenant(restored, cipher, tenant));
        }
        return new DrillReport(
                ids.next("drill_"), fingerprint, startedAt, clock.instant(), restored.lastEntryAt(), roots, tenants);
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream content = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            content.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks SHA-256", e);
        }
    }

    private RootKeyResult alone(RootKey rootKey, List<PartnerKeyRow> keys) {
        EnvelopeCipher cipher = new EnvelopeCipher(new RootKeySet(List.of(rootKey), HEAD_START), ids, random);
        List<String> failed = new ArrayList<>();
        for (PartnerKeyRow key : keys) {
            String problem = problem(() -> cipher.checkPartnerKey(key.partnerId(), key.keyId(), key.wrapped()));
            if (problem != null) {
                failed.add(key.partnerId() + " " + key.keyId() + ": " + problem);
            }
        }
        return new RootKeyResult(rootKey.id(), keys.size() - failed.size(), failed);
    }

    private static TenantResult tenant(RestoredDatabase restored, EnvelopeCipher cipher, TenantRow tenant)
            throws SQLException {
        List<String> failed = new ArrayList<>();
        Map<KeyId, KeyChain> chains = restored.chains(tenant.tenant()).stream()
                .collect(Collectors.toMap(KeyChain::tenantKeyId, chain -> chain, (a, b) -> a, LinkedHashMap::new));
        int keys = 0;
        for (KeyChain chain : chains.values()) {
            String problem = problem(() -> cipher.mac(chain, "restore-drill", new byte[0]));
            keys += counted(problem, "key " + chain.tenantKeyId(), failed);
        }
        int values = 0;
        for (VersionRow version : restored.sample(tenant.tenant(), SAMPLE)) {
            KeyChain chain = chains.get(version.tenantKeyId());
            String problem = chain == null
                    ? "its key is not there"
                    : problem(() -> cipher.open(chain, version.place(), version.sealed())
                            .close());
            values += counted(problem, version.place().toString(), failed);
        }
        return new TenantResult(
                tenant.tenant().value(), tenant.secrets(), tenant.versions(), keys, values, List.copyOf(failed));
    }

    private static int counted(@Nullable String problem, String what, List<String> failed) {
        if (problem == null) {
            return 1;
        }
        failed.add(what + ": " + problem);
        return 0;
    }

    /** Absent when it succeeds. */
    private static @Nullable String problem(Runnable step) {
        try {
            step.run();
            return null;
        } catch (VaultException refused) {
            return refused.code().code();
        }
    }

    /** Each tenant's log says that what the tenant stored was restored, or was not. */
    private void tell(DrillReport report, DatabaseLogin live, long startedNanos) {
        AuditEntries entries = new AuditEntries(clock, ids);
        try (HikariDataSource pool = ConnectionPools.open(live, "scaivault-restore-drill", 1);
                Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(AuditRows.INSERT)) {
            for (TenantResult tenant : report.tenants()) {
                AuditRows.bind(statement, 1, entry(entries, report, tenant, startedNanos));
                statement.executeUpdate();
            }
        } catch (SQLException failure) {
            throw new StartupRefusal(List.of("the report is written, but the audit log of DATABASE_WORKER_URL does not"
                    + " take its entries: " + failure.getMessage()));
        }
    }

    private static AuditEntry entry(AuditEntries entries, DrillReport report, TenantResult tenant, long startedNanos) {
        Attempt attempt = new Attempt(
                new TenantId(tenant.tenant()),
                AuditAction.RESTORE_DRILL,
                BY,
                null,
                report.id(),
                null,
                null,
                report.id(),
                startedNanos);
        AuditEntry entry =
                tenant.passed() ? entries.succeeded(attempt) : entries.failed(attempt, ErrorCode.INTEGRITY_FAILURE);
        return entry.withExtra(Map.of(
                "values_opened", tenant.valuesOpened(),
                "keys_opened", tenant.keysOpened(),
                "failed", tenant.failed().size(),
                "recovery_point", String.valueOf(report.recoveryPoint())));
    }
}
