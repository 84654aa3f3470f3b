package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.issuer.Issuance;
import ai.scailabs.vault.pki.issuer.IssuedCertificate;
import ai.scailabs.vault.pki.issuer.KeyPairs;
import ai.scailabs.vault.pki.issuer.Reservation;
import ai.scailabs.vault.pki.issuer.Signatory;
import ai.scailabs.vault.pki.profile.Role;
import ai.scailabs.vault.pki.profile.RolePolicy;
import ai.scailabs.vault.pki.profile.Violation;
import ai.scailabs.vault.pki.role.RoleService;
import ai.scailabs.vault.pki.role.StoredRole;
import ai.scailabs.vault.pki.x509.CertificateDraft;
import ai.scailabs.vault.pki.x509.CertificateLint;
import ai.scailabs.vault.pki.x509.CertificationRequest;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.LintedCertificate;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import ai.scailabs.vault.pki.x509.SubjectKey;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Issues certificates by roles, and tries whether it would. What may be signed is decided on the very bytes that are signed, in both, by the same function. Thread-safe.
 */
public final class IssuanceService {
    private static final int MAX_ATTEMPTS = 4;
    /** In a keystore, where the certificate has no common name. */
    private static final String UNNAMED = "certificate";

    private static final int MAX_NAMES_IN_ENTRY = 20;

    private final RoleService roles;
    private final Issuance issuance;
    private final CertificateLint lint;
    private final SignatureProvider signatures;
    private final KeyPairs keyPairs;
    private final KeptKeys keptKeys;
    private final SampleKeys samples;
    private final SecureRandom random;
    private final Clock clock;

    public IssuanceService(
            RoleService roles,
            Issuance issuance,
            CertificateLint lint,
            SignatureProvider signatures,
            KeyPairs keyPairs,
            KeptKeys keptKeys,
            SecureRandom random,
            Clock clock) {
        this.roles = roles;
        this.issuance = issuance;
        this.lint = lint;
        this.signatures = signatures;
        this.keyPairs = keyPairs;
        this.keptKeys = keptKeys;
        this.samples = new SampleKeys(random);
        this.random = random;
        this.clock = clock;
    }

    /**
     * Makes a key and a certificate for it. The certificate is kept, its audit row written with it; of the key nothing is left once the answer is closed, unless the role keeps it.
     *
     * @throws VaultException {@code access_denied}; {@code role_not_found}; {@code name_not_allowed}, {@code ttl_exceeded}, {@code validation_error}, {@code invalid_duration} with the rule and the value;
     *     {@code conflict} when the authority does not sign now; {@code rate_limited} when too many RSA keys are being made
     */
    public MadeCertificate issue(
            Caller caller, String roleName, CertificateWish wish, KeyPackaging packaging, AuditEntry entry) {
        SigningTerms terms = unattended(roles.permitted(caller, entry.tenant(), roleName, Permission.WRITE));
        Role role = terms.role();
        Planner planner = (signatory, now) -> CertificatePlan.of(role, wish, signatory, now);
        KeySpec spec = role.key().preferred();
        if (spec.isRsa()) {
            // What would be refused costs no seconds of a processor.
            ready(role, planner, issuance.signatory(entry.tenant(), terms.authority()), samples.of(spec));
        }
        KeyPair pair = keyPairs.make(entry.tenant(), spec);
        Completion completion = role.storePrivateKeys()
                ? (reservation, issued, told) -> keptKeys.keep(caller.actor(), pair, reservation, issued, told)
                : issuance::finish;
        Signed signed = signed(
                caller.actor(), terms, planner, SubjectKey.of(pair.getPublic()), byRole(entry, roleName), completion);
        List<byte[]> certificates = new ArrayList<>();
        certificates.add(signed.issued().der());
        certificates.addAll(signed.reservation().chain());
        String alias = signed.issued().subject().commonName().orElse(UNNAMED);
        return made(terms, signed, spec, packaging.pack(pair, alias, certificates, random))
                .in(packaging);
    }

    /**
     * A certificate for the key of somebody else's request. Whatever the request asks for besides its names counts for nothing.
     *
     * @param csrPem PKCS #10
     * @throws VaultException as {@link #issue}; {@code csr_rejected}
     */
    public MadeCertificate sign(Caller caller, String roleName, String csrPem, CertificateWish wish, AuditEntry entry) {
        SigningTerms terms = unattended(roles.permitted(caller, entry.tenant(), roleName, Permission.WRITE));
        CertificationRequest request = CertificationRequest.parse(csrPem, signatures);
        return signApproved(caller.actor(), terms, request, wish, byRole(entry, roleName), issuance::finish);
    }

    /**
     * The same for a request that whoever calls may have signed on these terms.
     *
     * @param completion keeps the certificate
     * @throws VaultException as {@link #sign}, and whatever the completion throws
     */
    public MadeCertificate signApproved(
            Actor actor,
            SigningTerms terms,
            CertificationRequest request,
            CertificateWish wish,
            AuditEntry entry,
            Completion completion) {
        Planner planner = (signatory, now) -> CertificatePlan.of(terms.role(), request, wish, signatory, now);
        Signed signed = signed(actor, terms, planner, request.key(), entry, completion);
        return made(terms, signed, request.key().spec(), null);
    }

    private static SigningTerms unattended(StoredRole stored) {
        if (stored.role().requireApproval()) {
            throw Refusals.needsApproval(stored.name());
        }
        return SigningTerms.of(stored);
    }

    private Signed signed(
            Actor actor, SigningTerms terms, Planner planner, SubjectKey key, AuditEntry entry, Completion completion) {
        TenantId tenant = entry.tenant();
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            boolean remembered = attempt == 0;
            Signatory signatory = remembered
                    ? issuance.lastSeen(tenant, terms.authority())
                    : issuance.signatory(tenant, terms.authority());
            // What would be refused takes no serial number.
            Ready ready;
            try {
                ready = ready(terms.role(), planner, signatory, key);
            } catch (VaultException refused) {
                if (!remembered || issuance.signatory(tenant, terms.authority()).isAs(signatory)) {
                    throw refused;
                }
                continue;
            }
            Reservation reservation =
                    issuance.reserve(tenant, terms.authority(), ready.draft().serial(), actor.identity());
            if (!reservation.signatory().isAs(signatory)) {
                // The authority got another key in between, or points elsewhere: what was read by the old one's rules
                // is read again.
                continue;
            }
            byte[] der = issuance.sign(actor.partner(), reservation, ready.linted());
            IssuedCertificate issued = issued(terms, ready.draft(), der);
            completion.complete(reservation, issued, described(entry, terms, reservation, issued));
            return new Signed(reservation, issued);
        }
        throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The authority's key changes too quickly");
    }

    /**
     * Whether {@link #issue} would give such a certificate, and what is in the way. Makes no key, takes no serial number, signs nothing.
     *
     * @throws VaultException {@code access_denied}; {@code role_not_found}; {@code conflict} when the authority does not sign now
     */
    public TriedCertificate check(Caller caller, TenantId tenant, String roleName, CertificateWish wish) {
        StoredRole stored = roles.permitted(caller, tenant, roleName, Permission.READ);
        Signatory signatory = issuance.signatory(tenant, stored.caId());
        Role role = stored.role();
        Planner planner = (view, now) -> CertificatePlan.of(role, wish, view, now);
        List<Violation> violations = new ArrayList<>();
        try {
            ready(role, planner, signatory, samples.of(role.key().preferred()));
        } catch (VaultException refused) {
            if (refused.code().status() >= 500) {
                throw refused;
            }
            violations.addAll(Refusals.violations(refused));
        }
        if (role.requireApproval()) {
            violations.addAll(Refusals.violations(Refusals.needsApproval(stored.name())));
        }
        return new TriedCertificate(violations);
    }

    /** What is to be signed, read by the lint and held against the role and every authority above. */
    private Ready ready(Role role, Planner planner, Signatory signatory, SubjectKey key) {
        Instant now = clock.instant();
        try {
            CertificatePlan plan = planner.plan(signatory, now);
            CertificateDraft draft = plan.draft(role, SerialNumber.random(random), key);
            LintedCertificate linted = lint.lint(draft, signatory.issuer());
            List<Violation> violations =
                    new ArrayList<>(RolePolicy.check(linted.tbsCertificate(), role, signatory.issuer()));
            if (plan.isTooLong(role) && !Refusals.tellOfTtl(violations)) {
                violations.add(Refusals.tooLong(role));
            }
            if (!violations.isEmpty()) {
                throw Refusals.of(violations);
            }
            return new Ready(draft, linted);
        } catch (VaultException refused) {
            throw refused.code() == ErrorCode.TTL_EXCEEDED
                    ? refused.withDetail(
                            "max_ttl",
                            Refusals.longest(role, signatory.issuer().validity().notAfter(), now))
                    : refused;
        }
    }

    private static IssuedCertificate issued(SigningTerms terms, CertificateDraft draft, byte[] der) {
        return new IssuedCertificate(terms.roleName(), null, draft.subject(), draft.names(), draft.validity(), der);
    }

    private static MadeCertificate made(
            SigningTerms terms, Signed signed, KeySpec key, @Nullable SensitiveBytes privateKey) {
        Reservation reservation = signed.reservation();
        return new MadeCertificate(
                reservation.certificateId(),
                terms.roleName(),
                reservation.authorityId(),
                reservation.serial(),
                signed.issued().validity(),
                key.keyType(),
                signed.issued().der(),
                reservation.chain(),
                privateKey,
                null);
    }

    private static AuditEntry described(
            AuditEntry entry, SigningTerms terms, Reservation reservation, IssuedCertificate issued) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("certificate_id", Ids.text(MadeCertificate.PREFIX, reservation.certificateId()));
        extra.put("serial_number", reservation.serial().toString());
        extra.put("ca_id", terms.role().caId());
        extra.put("subject", issued.subject().toString());
        extra.put(
                "names",
                issued.names().names().stream()
                        .limit(MAX_NAMES_IN_ENTRY)
                        .map(name -> name.text())
                        .toList());
        extra.put("not_after", issued.validity().notAfter().toString());
        return entry.withExtra(extra);
    }

    private static AuditEntry byRole(AuditEntry entry, String roleName) {
        return entry.withPath(StoredRole.virtualPath(roleName).value());
    }

    /** What a certificate will say, whoever signs it when. */
    @FunctionalInterface
    private interface Planner {
        CertificatePlan plan(Signatory signatory, Instant now);
    }

    private record Signed(Reservation reservation, IssuedCertificate issued) {}

    private record Ready(CertificateDraft draft, LintedCertificate linted) {}
}
