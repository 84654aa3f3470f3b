package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.AuthorityGeneration;
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.validation.PathCertificate;
import ai.scailabs.vault.pki.validation.RevocationList;
import ai.scailabs.vault.pki.x509.Fingerprint;
import ai.scailabs.vault.pki.x509.Pem;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Lists of authorities whose keys have left, signed where those are now. Such a list is published like one that was made here, once it agrees with what is known here: it names every certificate that was revoked,
 * and none that was not. Thread-safe.
 */
public final class ListsFromElsewhere {
    /** Exact in every program that reads JSON. */
    private static final BigInteger MAX_NUMBER = BigInteger.ONE.shiftLeft(53);

    private static final int MAX_CHARACTERS = 8 * 1024 * 1024;
    private static final int MAX_NAMED = 20;
    private static final String FIELD = "crl_pem";

    private final CrlRepository lists;
    private final EntryRepository entries;
    private final AuthorityService authorities;
    private final Ids ids;
    private final Clock clock;

    public ListsFromElsewhere(TenantTransactions transactions, AuthorityService authorities, Ids ids, Clock clock) {
        this.lists = new CrlRepository(transactions);
        this.entries = new EntryRepository(transactions);
        this.authorities = authorities;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * @param pem one CRL
     * @throws VaultException {@code ca_not_found}; {@code access_denied}; {@code conflict} for an authority whose keys are here; {@code validation_error} that says what is wrong with the list, and with
     *     {@code details.serial_numbers} of which certificates
     */
    public StoredCrl bring(Caller caller, UUID id, @Nullable String pem, AuditEntry entry) {
        TenantId tenant = entry.tenant();
        CertificateAuthority authority = authorities.administered(caller, tenant, id);
        if (authority.keyDestroyedAt() == null) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "The authority has its keys here, and makes its lists itself",
                    Map.of("state", authority.status().wireName()));
        }
        RevocationList list = read(pem);
        AuthorityGeneration signer = authorities.generations(tenant, authority).stream()
                .filter(each -> PathCertificate.read(each.certificate())
                        .filter(list::isSignedBy)
                        .isPresent())
                .findFirst()
                .orElseThrow(() -> refused("is not signed by a key of this authority"));
        CrlScope scope = new CrlScope(tenant, id, signer.number());
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Instant next = requireCurrent(list, now);
        Set<BigInteger> numbers =
                list.numbers().orElseThrow(() -> refused("has an entry that is of another issuer, or not understood"));
        requireAgreement(scope, numbers, authority.revocation() != null, now);
        byte[] der = list.der();
        return lists.transactions().inTransaction(tenant, tx -> {
            if (!tx.lockTenant()) {
                throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
            }
            BigInteger number =
                    requireNewer(list, lists.current(scope, 0, false).orElse(null));
            StoredCrl stored = new StoredCrl(
                    tenant,
                    ids.nextUuid(),
                    id,
                    signer.number(),
                    0,
                    number.longValueExact(),
                    null,
                    list.thisUpdate(),
                    next,
                    numbers.size(),
                    der.length,
                    Fingerprint.sha256(der),
                    1);
            lists.insertPiece(tx, stored.id(), 0, der, now);
            lists.publish(tx, stored, now);
            Map<String, Object> extra = new HashMap<>(entry.extra());
            extra.put("ca", authority.name());
            extra.put("crl_number", stored.number());
            extra.put("entries", stored.entries());
            AuditEntry described = entry.withPath(authority.text()).withExtra(extra);
            tx.update(AuditRows.INSERT, AuditRows.arguments(described));
            return stored;
        });
    }

    private static RevocationList read(@Nullable String pem) {
        if (pem == null) {
            throw VaultException.invalidField(FIELD, "is required");
        }
        RevocationList list = Pem.read(pem, MAX_CHARACTERS, 1)
                .map(List::getFirst)
                .filter(block -> block.label().equals(Pem.CRL))
                .flatMap(block -> RevocationList.read(block.content()))
                .orElseThrow(() -> refused("must be one CRL in PEM"));
        if (!list.isWhole()) {
            throw refused("must be a complete list, without parts, deltas and critical extensions that are not known");
        }
        return list;
    }

    private static Instant requireCurrent(RevocationList list, Instant now) {
        Instant next = list.nextUpdate();
        if (list.thisUpdate().isAfter(now)) {
            throw refused("is not valid yet");
        }
        if (next == null || !next.isAfter(now)) {
            throw refused("does not say when the next comes, or that moment is over");
        }
        return next;
    }

    private static BigInteger requireNewer(RevocationList list, @Nullable StoredCrl current) {
        BigInteger number = list.number();
        long least = current == null ? 0 : current.number();
        if (number == null || number.compareTo(BigInteger.valueOf(least)) <= 0 || number.compareTo(MAX_NUMBER) > 0) {
            throw new VaultException(
                    ErrorCode.VALIDATION_ERROR,
                    FIELD + " must have a CRL number above " + least + ", that of the list before, and at most 2^53",
                    Map.of("fields", Map.of(FIELD, "has an old CRL number"), "crl_number", least));
        }
        if (current != null && list.thisUpdate().isBefore(current.thisUpdate())) {
            throw refused("is older than the list before");
        }
        return number;
    }

    /** Else readers of the list and those who ask here would be told different things. */
    private void requireAgreement(CrlScope scope, Set<BigInteger> listed, boolean allRevoked, Instant now) {
        Set<BigInteger> revoked = new HashSet<>();
        entries.revoked(scope, now, row -> revoked.add(new BigInteger(row.serial())));
        List<BigInteger> missing = new ArrayList<>(revoked);
        missing.removeAll(listed);
        if (!missing.isEmpty()) {
            throw disagreement("does not name certificates that are revoked here", missing);
        }
        if (allRevoked) {
            return;
        }
        List<BigInteger> others = new ArrayList<>(listed);
        others.removeAll(revoked);
        List<BigInteger> counting = entries.counting(scope, others);
        if (!counting.isEmpty()) {
            throw disagreement("names certificates that are not revoked here: revoke them first", counting);
        }
    }

    private static VaultException disagreement(String what, List<BigInteger> numbers) {
        return new VaultException(
                ErrorCode.VALIDATION_ERROR,
                FIELD + " " + what,
                Map.of(
                        "fields",
                        Map.of(FIELD, what),
                        "serial_numbers",
                        numbers.stream()
                                .sorted()
                                .limit(MAX_NAMED)
                                .map(number -> new SerialNumber(number).toString())
                                .toList()));
    }

    private static VaultException refused(String what) {
        return VaultException.invalidField(FIELD, what);
    }
}
