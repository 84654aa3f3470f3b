package ai.scailabs.vault.pki.offline;

import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.crl.CrlBuilder;
import ai.scailabs.vault.pki.crl.StoredCrl;
import ai.scailabs.vault.pki.issuer.AuthorityKeys;
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.issuer.AuthorityStatus;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.issuer.KeyStorage;
import ai.scailabs.vault.pki.x509.Fingerprint;
import ai.scailabs.vault.pki.x509.PrivateKeyFormat;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes authorities offline, in two steps, so that no key is lost with an answer that did not arrive: the backup goes out, from when on the authority signs no certificate; whoever has it says so, and the keys are
 * destroyed. Thread-safe.
 */
public final class OfflineAuthorities {
    private static final int MIN_PASSWORD = 16;
    private static final int MAX_PASSWORD = 128;
    /** CAs' lists count for at most 12 months, by the rules of browsers. */
    private static final int MAX_LIST_DAYS = 366;

    private static final int USUAL_LIST_DAYS = 365;
    private static final Pattern SHA_256 = Pattern.compile("[0-9A-Fa-f]{64}");

    private final OfflineRepository repository;
    private final AuthorityService authorities;
    private final AuthorityKeys keys;
    private final CrlBuilder lists;
    private final SecureRandom random;
    private final Clock clock;

    public OfflineAuthorities(
            TenantTransactions transactions,
            AuthorityService authorities,
            AuthorityKeys keys,
            CrlBuilder lists,
            SecureRandom random,
            Clock clock) {
        this.repository = new OfflineRepository(transactions);
        this.authorities = authorities;
        this.keys = keys;
        this.lists = lists;
        this.random = random;
        this.clock = clock;
    }

    /**
     * All keys of the authority under the password. From now on it signs no certificate; until the backup is confirmed it goes on making its lists, and may be asked again, of which the last backup counts.
     *
     * @param password printable ASCII of {@value #MIN_PASSWORD} to {@value #MAX_PASSWORD} characters; still the caller's to wipe
     * @throws VaultException {@code ca_not_found}; {@code access_denied}; {@code validation_error}; {@code conflict} with {@code details.state}: {@code hsm} for keys that never leave, {@code crl_partitions},
     *     {@code pending}, {@code revoked}, {@code offline} when the keys are gone, {@code changed}; {@code kms_unavailable}
     */
    public KeyBackup leave(Caller caller, UUID id, @Nullable SensitiveBytes password, AuditEntry entry) {
        CertificateAuthority before = authorities.administered(caller, entry.tenant(), id);
        requireFit(before);
        if (authorities.generations(entry.tenant(), before).stream()
                .anyMatch(each -> each.storage() == KeyStorage.HSM)) {
            throw refused("hsm", "A key of the authority lies in the HSM, and does not leave it");
        }
        char[] characters = characters(password);
        List<OfflineRepository.HeldKey> held = repository.keys(entry.tenant(), id);
        StringBuilder all = new StringBuilder();
        try {
            for (OfflineRepository.HeldKey each : held) {
                all.append(keys.<String>with(
                        entry.tenant(),
                        caller.actor().partner(),
                        each.id(),
                        each.spec(),
                        each.sealed(),
                        key -> PrivateKeyFormat.encrypted(key, characters, random)));
            }
        } finally {
            Arrays.fill(characters, '\0');
        }
        String pem = all.toString();
        byte[] hash = Fingerprint.sha256(pem.getBytes(StandardCharsets.US_ASCII));
        repository.transactions().inTransaction(entry.tenant(), tx -> {
            OfflineRepository.Standing now = repository.standing(tx, id);
            boolean same = now.generation() == before.current().number() && !now.isDone() && !now.waits();
            if (!same || now.status().equals(AuthorityStatus.REVOKED.wireName())) {
                throw refused("changed", "Somebody else is changing the certificate authority");
            }
            repository.leave(tx, id, hash, now());
            repository.record(
                    tx,
                    described(
                            entry,
                            before,
                            Map.of("backup_sha256", HexFormat.of().formatHex(hash), "keys", held.size())));
            return now;
        });
        return new KeyBackup(authorities.administered(caller, entry.tenant(), id), pem, hash, held.size());
    }

    /**
     * The keys are destroyed, and lists that count for long are the last that they sign; both, or neither.
     *
     * @param backupSha256 of the last backup, in hexadecimal digits
     * @param listDays for how many days the last lists count; null for 365
     * @return the lists
     * @throws VaultException {@code ca_not_found}; {@code access_denied}; {@code validation_error}, also for the hash of anything but the last backup; {@code conflict} when no backup was made, or the keys are gone;
     *     {@code service_unavailable}; {@code kms_unavailable}
     */
    public List<StoredCrl> confirm(
            Caller caller, UUID id, @Nullable String backupSha256, @Nullable Integer listDays, AuditEntry entry) {
        CertificateAuthority before = authorities.administered(caller, entry.tenant(), id);
        before.current();
        int days = listDays == null ? USUAL_LIST_DAYS : listDays;
        if (days < 1 || days > MAX_LIST_DAYS) {
            throw VaultException.invalidField("crl_validity_days", "must be from 1 to " + MAX_LIST_DAYS);
        }
        if (backupSha256 == null || !SHA_256.matcher(backupSha256).matches()) {
            throw VaultException.invalidField("backup_sha256", "must be 64 hexadecimal digits");
        }
        byte[] told = HexFormat.of().parseHex(backupSha256);
        return lists.conclude(entry.tenant(), id, Duration.ofDays(days), tx -> destroy(tx, before, told, days, entry))
                .orElseThrow(() -> refused("being_made", "The authority's lists are being made; try again"));
    }

    private void destroy(
            TenantTransaction tx, CertificateAuthority before, byte[] told, int listDays, AuditEntry entry) {
        OfflineRepository.Standing now = repository.standing(tx, before.id());
        if (now.isDone()) {
            throw gone();
        }
        byte[] backup = now.backup();
        if (backup == null) {
            throw refused(now.status(), "There is no backup of the authority's keys yet");
        }
        if (!MessageDigest.isEqual(backup, told)) {
            throw VaultException.invalidField("backup_sha256", "is not that of the last backup");
        }
        repository.destroy(tx, before.id(), now());
        repository.record(
                tx,
                described(
                        entry,
                        before,
                        Map.of("backup_sha256", HexFormat.of().formatHex(backup), "crl_validity_days", listDays)));
    }

    private static void requireFit(CertificateAuthority authority) {
        if (authority.keyDestroyedAt() != null) {
            throw gone();
        }
        if (authority.status() == AuthorityStatus.REVOKED) {
            throw refused(authority.status().wireName(), "The certificate authority was revoked");
        }
        authority.current();
        if (authority.pending() != null) {
            throw refused("pending", "A key of the authority waits for its certificate");
        }
        if (authority.crlPartitions() > 1) {
            throw refused("crl_partitions", "The list of the authority is in parts, which are not made elsewhere");
        }
    }

    private static char[] characters(@Nullable SensitiveBytes password) {
        byte[] ascii = password == null ? new byte[0] : password.expose();
        boolean printable = ascii.length >= MIN_PASSWORD && ascii.length <= MAX_PASSWORD;
        char[] characters = new char[ascii.length];
        for (int i = 0; i < ascii.length; i++) {
            printable &= ascii[i] >= ' ' && ascii[i] <= '~';
            characters[i] = (char) ascii[i];
        }
        if (!printable) {
            Arrays.fill(characters, '\0');
            throw VaultException.invalidField(
                    "password", "must have " + MIN_PASSWORD + " to " + MAX_PASSWORD + " printable characters of ASCII");
        }
        return characters;
    }

    private static VaultException gone() {
        return refused(AuthorityStatus.OFFLINE.wireName(), "The keys of the certificate authority have left");
    }

    private static VaultException refused(String state, String message) {
        return new VaultException(ErrorCode.CONFLICT, message, Map.of("state", state));
    }

    private static AuditEntry described(AuditEntry entry, CertificateAuthority authority, Map<String, Object> facts) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("ca", authority.name());
        extra.putAll(facts);
        return entry.withPath(authority.text()).withExtra(extra);
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
