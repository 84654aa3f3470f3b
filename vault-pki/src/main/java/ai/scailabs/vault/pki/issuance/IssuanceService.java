package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.issuer.Issuance;
import ai.scailabs.vault.pki.issuer.IssuedCertificate;
import ai.scailabs.vault.pki.issuer.KeyPairs;
import ai.scailabs.vault.pki.issuer.Maker;
import ai.scailabs.vault.pki.issuer.Reservation;
import ai.scailabs.vault.pki.issuer.Signatory;
import ai.scailabs.vault.pki.profile.Role;
import ai.scailabs.vault.pki.profile.Violation;
import ai.scailabs.vault.pki.role.PermittedRole;
import ai.scailabs.vault.pki.role.RoleService;
import ai.scailabs.vault.pki.role.StoredRole;
import ai.scailabs.vault.pki.x509.CertificateContents;
import ai.scailabs.vault.pki.x509.CertificateDraft;
import ai.scailabs.vault.pki.x509.CertificateLint;
import ai.scailabs.vault.pki.x509.CertificationRequest;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import ai.scailabs.vault.pki.x509.SubjectKey;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Issues certificates by roles, and tries whether it would. What may be signed is decided on the very bytes that are signed, in both, by the same function. Thread-safe.
 */
public final class IssuanceService {
    /** In a keystore, where the certificate has no common name. */
    private static final String UNNAMED = "certificate";

    private static final int MAX_NAMES_IN_ENTRY = 20;
    private static final int MAX_RENEWAL_ATTEMPTS = 3;

    private final RoleService roles;
    private final Issuance issuance;
    private final DraftCheck checks;
    private final SignatureProvider signatures;
    private final KeyPairs keyPairs;
    private final KeptKeys keptKeys;
    private final SampleKeys samples;
    private final KeystoreRoom keystores;
    private final SecureRandom random;

    public IssuanceService(
            RoleService roles,
            Issuance issuance,
            CertificateLint lint,
            SignatureProvider signatures,
            KeyPairs keyPairs,
            KeptKeys keptKeys,
            SecureRandom random,
            Clock clock,
            int processors) {
        this.roles = roles;
        this.issuance = issuance;
        this.checks = new DraftCheck(lint, clock);
        this.signatures = signatures;
        this.keyPairs = keyPairs;
        this.keptKeys = keptKeys;
        this.samples = new SampleKeys(random);
        this.keystores = new KeystoreRoom(KeyPairs.threadsBeside(processors));
        this.random = random;
    }

    /**
     * Makes a key and a certificate for it. The certificate is kept, unless the role says otherwise, its audit row written with it; of the key nothing is left once the answer is closed, unless the role keeps it.
     *
     * @param autoRenew whether it is renewed by itself, where the role does that; null as the role says
     * @throws VaultException {@code access_denied}; {@code role_not_found}; {@code name_not_allowed}, {@code ttl_exceeded}, {@code validation_error}, {@code invalid_duration} with the rule and the value;
     *     {@code conflict} when the authority does not sign now; {@code rate_limited} when too many RSA keys are being made, or too many keystores written
     */
    public MadeCertificate issue(
            Caller caller,
            String roleName,
            CertificateWish wish,
            @Nullable Boolean autoRenew,
            KeyPackaging packaging,
            AuditEntry entry) {
        // Before anything is issued that could not be given.
        try (KeystoreRoom.Seat _ = packaging.isCostly() ? keystores.enter(entry.tenant()) : KeystoreRoom.Seat.NONE) {
            return issuedByRole(caller, roleName, wish, autoRenew, packaging, entry);
        }
    }

    private MadeCertificate issuedByRole(
            Caller caller,
            String roleName,
            CertificateWish wish,
            @Nullable Boolean autoRenew,
            KeyPackaging packaging,
            AuditEntry entry) {
        AuditEntry told = byRole(entry, roleName);
        for (Sight sight : Sight.IN_ORDER) {
            Signed signed;
            KeyPair pair;
            try {
                SigningTerms terms = terms(caller, entry, roleName, sight);
                requireRenewing(terms.role(), autoRenew);
                Signatory signatory = signatory(entry, terms, sight);
                DraftCheck.Planner planner = now -> CertificatePlan.of(terms.role(), wish, signatory, now);
                pair = keyPair(entry, terms, planner, signatory);
                signed = signed(
                        Maker.of(caller.actor()), terms, planner, signatory, SubjectKey.of(pair.getPublic()), told);
            } catch (VaultException refused) {
                sight.requireAnother(refused);
                continue;
            }
            Role role = signed.terms().role();
            boolean renewed = autoRenew == null ? role.autoRenew() : autoRenew;
            boolean kept = role.storePrivateKeys()
                    ? keep(caller.actor().partner(), signed, pair, new RenewalPlan(renewed, signed.timeToLive(), null))
                    : keep(signed);
            if (kept) {
                return packaged(signed, pair, packaging);
            }
        }
        throw changing();
    }

    private static void requireRenewing(Role role, @Nullable Boolean autoRenew) {
        if (Boolean.TRUE.equals(autoRenew) && !role.autoRenew()) {
            throw VaultException.invalidField("auto_renew", "takes a role that renews: auto_renew there");
        }
    }

    /**
     * A key, and a certificate for it with the names and the time to live of one that is about to end, by its role and its authority as they are now. It is kept in the place of the one before, which stays what it
     * is. False, and nothing is made, of a role that does not renew any more.
     *
     * @throws VaultException as {@link #issue}, but for access, which the role gives
     * @throws OvertakenRenewal when it was renewed or revoked meanwhile
     */
    boolean renew(DueRenewal due, IdentityId by, AuditEntry entry) {
        AuditEntry told = byRole(entry, due.role());
        CertificateContents before = due.contents();
        for (int attempt = 0; attempt < MAX_RENEWAL_ATTEMPTS; attempt++) {
            Optional<PermittedRole> role = roles.renewing(due.tenant(), due.role());
            if (role.isEmpty()) {
                return false;
            }
            SigningTerms terms = unattended(role.get());
            Signatory signatory = issuance.signatory(due.tenant(), terms.authority());
            DraftCheck.Planner planner =
                    now -> CertificatePlan.again(terms.role(), before, due.timeToLive(), signatory, now);
            KeyPair pair = keyPair(entry, terms, planner, signatory);
            Signed signed = signed(
                    new Maker(due.tenant(), due.partner(), by),
                    terms,
                    planner,
                    signatory,
                    SubjectKey.of(pair.getPublic()),
                    told);
            if (keep(due.partner(), signed, pair, new RenewalPlan(true, due.timeToLive(), due))) {
                return true;
            }
        }
        throw changing();
    }

    private boolean keep(PartnerId partner, Signed signed, KeyPair pair, RenewalPlan plan) {
        return keptKeys.keep(
                partner,
                pair,
                signed.reservation(),
                signed.issued(),
                signed.terms().premise(),
                plan,
                signed.told());
    }

    private KeyPair keyPair(AuditEntry entry, SigningTerms terms, DraftCheck.Planner planner, Signatory signatory) {
        KeySpec spec = terms.role().key().preferred();
        if (spec.isRsa()) {
            // What would be refused costs no seconds of a processor.
            checks.check(terms.role(), planner, signatory, SerialNumber.random(random), samples.of(spec));
        }
        return keyPairs.make(entry.tenant(), spec);
    }

    private MadeCertificate packaged(Signed signed, KeyPair pair, KeyPackaging packaging) {
        List<byte[]> certificates = new ArrayList<>();
        certificates.add(signed.issued().der());
        certificates.addAll(signed.reservation().chain());
        String alias = signed.issued().subject().commonName().orElse(UNNAMED);
        SensitiveBytes packed = packaging.isCostly()
                ? keystores.write(() -> packaging.pack(pair, alias, certificates, random))
                : packaging.pack(pair, alias, certificates, random);
        return made(signed, packed).in(packaging);
    }

    /**
     * A certificate for the key of somebody else's request. Whatever the request asks for besides its names counts for nothing.
     *
     * @param csrPem PKCS #10
     * @throws VaultException as {@link #issue}; {@code csr_rejected}
     */
    public MadeCertificate sign(Caller caller, String roleName, String csrPem, CertificateWish wish, AuditEntry entry) {
        AuditEntry told = byRole(entry, roleName);
        for (Sight sight : Sight.IN_ORDER) {
            Signed signed;
            try {
                SigningTerms terms = terms(caller, entry, roleName, sight);
                CertificationRequest request = CertificationRequest.parse(csrPem, signatures);
                signed = signed(Maker.of(caller.actor()), terms, request, wish, signatory(entry, terms, sight), told);
            } catch (VaultException refused) {
                sight.requireAnother(refused);
                continue;
            }
            if (keep(signed)) {
                return made(signed, null);
            }
        }
        throw changing();
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
        Signed signed = signed(Maker.of(actor), terms, request, wish, signatory(entry, terms, Sight.NOW), entry);
        if (!completion.complete(signed.reservation(), signed.issued(), signed.told())) {
            throw changing();
        }
        return made(signed, null);
    }

    private SigningTerms terms(Caller caller, AuditEntry entry, String roleName, Sight sight) {
        return unattended(
                sight == Sight.REMEMBERED
                        ? roles.lastPermitted(caller, entry.tenant(), roleName, Permission.WRITE)
                        : roles.permittedWith(caller, entry.tenant(), roleName, Permission.WRITE));
    }

    private Signatory signatory(AuditEntry entry, SigningTerms terms, Sight sight) {
        return sight == Sight.REMEMBERED
                ? issuance.lastSeen(entry.tenant(), terms.authority())
                : issuance.signatory(entry.tenant(), terms.authority());
    }

    private static SigningTerms unattended(PermittedRole permitted) {
        if (permitted.role().role().requireApproval()) {
            throw Refusals.needsApproval(permitted.role().name());
        }
        return SigningTerms.of(permitted);
    }

    private boolean keep(Signed signed) {
        return signed.terms().role().noStore()
                ? issuance.tell(
                        signed.reservation(), signed.issued(), signed.terms().premise(), signed.told())
                : issuance.keep(
                        signed.reservation(), signed.issued(), signed.terms().premise(), signed.told());
    }

    private static VaultException changing() {
        return new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The role or its authority changes too quickly");
    }

    private Signed signed(
            Maker maker,
            SigningTerms terms,
            CertificationRequest request,
            CertificateWish wish,
            Signatory signatory,
            AuditEntry entry) {
        DraftCheck.Planner planner = now -> CertificatePlan.of(terms.role(), request, wish, signatory, now);
        return signed(maker, terms, planner, signatory, request.key(), entry);
    }

    private Signed signed(
            Maker maker,
            SigningTerms terms,
            DraftCheck.Planner planner,
            Signatory signatory,
            SubjectKey key,
            AuditEntry entry) {
        Reservation reservation = terms.role().noStore()
                ? issuance.unkept(entry.tenant(), terms.authority(), signatory, maker.identity())
                : issuance.reserve(entry.tenant(), terms.authority(), signatory, maker.identity());
        DraftCheck.Ready ready;
        try {
            ready = checks.check(terms.role(), planner, signatory, reservation.serial(), key);
        } catch (VaultException refused) {
            if (!terms.role().noStore()) {
                issuance.giveBack(reservation);
            }
            throw refused;
        }
        byte[] der = issuance.sign(maker.partner(), reservation, ready.linted());
        IssuedCertificate issued = issued(terms, ready.draft(), der);
        Duration timeToLive = Duration.between(
                ready.countsFrom(), issued.validity().notAfter().plusSeconds(1));
        return new Signed(
                terms, reservation, key.spec(), issued, timeToLive, described(entry, terms, reservation, issued));
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
        DraftCheck.Planner planner = now -> CertificatePlan.of(role, wish, signatory, now);
        List<Violation> violations = new ArrayList<>();
        try {
            checks.check(
                    role,
                    planner,
                    signatory,
                    SerialNumber.random(random),
                    samples.of(role.key().preferred()));
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

    private static IssuedCertificate issued(SigningTerms terms, CertificateDraft draft, byte[] der) {
        return new IssuedCertificate(terms.roleName(), null, draft.subject(), draft.names(), draft.validity(), der);
    }

    private static MadeCertificate made(Signed signed, @Nullable SensitiveBytes privateKey) {
        Reservation reservation = signed.reservation();
        return new MadeCertificate(
                signed.terms().role().noStore() ? null : reservation.certificateId(),
                signed.terms().roleName(),
                reservation.authorityId(),
                reservation.serial(),
                signed.issued().validity(),
                signed.key().keyType(),
                signed.issued().der(),
                reservation.chain(),
                privateKey,
                null);
    }

    private static AuditEntry described(
            AuditEntry entry, SigningTerms terms, Reservation reservation, IssuedCertificate issued) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        if (terms.role().noStore()) {
            extra.put("stored", false);
        } else {
            extra.put("certificate_id", Ids.text(MadeCertificate.PREFIX, reservation.certificateId()));
        }
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

    /**
     * How the role, the policies and the authority are looked at. First as they were when they were last read: that asks the database nothing, and whether it still holds is found out when the certificate is kept.
     * What is refused or found outdated is looked at again as it is now.
     */
    private enum Sight {
        REMEMBERED,
        NOW;

        static final List<Sight> IN_ORDER = List.of(REMEMBERED, NOW, NOW, NOW);

        void requireAnother(VaultException refused) {
            boolean outage = refused.code().status() >= 500 && refused.code() != ErrorCode.INTEGRITY_FAILURE;
            if (this == NOW || outage) {
                throw refused;
            }
        }
    }

    /** @param told the entry of it */
    private record Signed(
            SigningTerms terms,
            Reservation reservation,
            KeySpec key,
            IssuedCertificate issued,
            Duration timeToLive,
            AuditEntry told) {}
}
