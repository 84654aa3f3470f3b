package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.pki.validation.PathCertificate;
import ai.scailabs.vault.pki.x509.AuthorityContents;
import ai.scailabs.vault.pki.x509.CertificationRequest;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Authorities whose certificate is made elsewhere: the request goes out, the certificate comes in, and until then nothing is signed. Thread-safe. */
public final class AuthorityCertification {
    private final AuthorityService authorities;
    private final AuthorityRepository repository;
    private final SignatureProvider signatures;
    private final Ids ids;

    public AuthorityCertification(AuthorityService authorities, SignatureProvider signatures, Ids ids) {
        this.authorities = authorities;
        this.repository = authorities.repository();
        this.signatures = signatures;
        this.ids = ids;
    }

    /**
     * What somebody else is to sign; PKCS#10, DER.
     *
     * @throws VaultException {@code ca_not_found}; {@code access_denied}; {@code csr_not_found} when the authority waits for no certificate
     */
    public byte[] request(Caller caller, TenantId tenant, UUID id) {
        PendingKey pending = authorities.get(caller, tenant, id).pending();
        if (pending == null) {
            throw new VaultException(ErrorCode.CSR_NOT_FOUND, "The certificate authority waits for no certificate");
        }
        return pending.request();
    }

    /**
     * The certificate for the key that waits for it, which signs from now on.
     *
     * @param certificates PEM; also with those above it
     * @param chain those above it, as far as they are not with it and not of authorities here
     * @throws VaultException {@code ca_not_found}; {@code access_denied}; {@code validation_error} that says what is wrong; {@code conflict} when the authority waits for none, or was revoked, or the one that
     *     signed was
     */
    public CertificateAuthority certify(
            Caller caller, UUID id, @Nullable String certificates, List<String> chain, AuditEntry entry) {
        TenantId tenant = entry.tenant();
        CertificateAuthority authority = authorities.administered(caller, tenant, id);
        PendingKey pending = pending(authority);
        List<PathCertificate> all = ForeignChain.read(certificates, chain);
        CertificationRequest asked = CertificationRequest.read(pending.request(), signatures);
        PathCertificate own = all.stream()
                .filter(each -> each.isFor(asked.key().encoded()))
                .findFirst()
                .orElseThrow(() ->
                        ForeignChain.refusal("key_mismatch", "none of these certificates is for the authority's key"));
        if (!own.isNamed(asked.subject().encoded())) {
            throw ForeignChain.refusal("subject", own, "is not the subject that was asked for: " + pending.subject());
        }
        Instant now = authorities.now();
        Issuer issuer = issuer(tenant, own);
        ForeignChain read = ForeignChain.of(own, all, issuer.line(), now);
        requireAsAsked(read, pending);
        return authorities.change(tenant, tx -> {
            CertificateAuthority current = repository.find(tx, id).orElseThrow(AuthorityService::notFound);
            if (!pending(current).keyId().equals(pending.keyId())) {
                throw waitsForNone(current);
            }
            GenerationRepository.Holder signer = issuer.of(read);
            authorities.requireUnrevoked(tx, signer == null ? null : signer.authority());
            AuthorityGeneration before = current.certified();
            AuthorityGeneration made = generation(
                    before == null ? 1 : before.number() + 1, pending.keyId(), pending.storage(), read, signer);
            made = entered(tx, current, made, signer, caller.actor().identity(), now);
            if (before == null) {
                repository.generations().schedule(tx, id, now, 0);
            }
            repository.generations().insert(tx, id, made, now);
            repository.generations().deletePending(tx, id);
            repository.generations().promote(tx, id, made.number(), signer == null ? null : signer.authority(), now);
            CertificateAuthority certified = repository.find(tx, id).orElseThrow();
            repository.record(tx, AuthorityService.described(entry, certified));
            return certified;
        });
    }

    private static PendingKey pending(CertificateAuthority authority) {
        PendingKey pending = authority.pending();
        if (pending == null || authority.status() == AuthorityStatus.REVOKED) {
            throw waitsForNone(authority);
        }
        return pending;
    }

    private static VaultException waitsForNone(CertificateAuthority authority) {
        return new VaultException(
                ErrorCode.CONFLICT,
                "The certificate authority waits for no certificate",
                Map.of("state", authority.status().wireName()));
    }

    /** Narrower than what was asked for is for whoever signs to say; wider is a mistake of somebody. */
    private static void requireAsAsked(ForeignChain read, PendingKey asked) {
        AuthorityContents contents = read.contents();
        Integer most = asked.maxPathLength();
        if (most != null && (contents.pathLength() == null || contents.pathLength() > most)) {
            throw ForeignChain.refusal(
                    "max_path_length", read.own(), "may have more authorities below it than was asked for: " + most);
        }
        if (!asked.constraints().isEmpty() && !contents.isBoundBy(asked.constraints())) {
            throw ForeignChain.refusal(
                    "name_constraints", read.own(), "does not have the name constraints that were asked for");
        }
    }

    /** Which key of ours may have signed it, and the certificates above that one. */
    Issuer issuer(TenantId tenant, PathCertificate own) {
        List<GenerationRepository.Holder> holders = own.issuerKeyIdentifier()
                .map(identifier -> repository.generations().holders(tenant, identifier))
                .orElse(List.of());
        List<PathCertificate> line = new ArrayList<>();
        for (GenerationRepository.Holder holder : holders) {
            Optional<PathCertificate> certificate =
                    PathCertificate.read(holder.certificate()).filter(own::isIssuedBy);
            if (certificate.isPresent() && !certificate.get().equals(own)) {
                line.add(certificate.get());
                repository
                        .above(tenant, holder.authority(), holder.generation())
                        .forEach(der -> PathCertificate.read(der).ifPresent(line::add));
                return new Issuer(holder, line);
            }
        }
        return new Issuer(null, line);
    }

    /** @param line the signer's certificate and those above it; empty where nobody here signed */
    record Issuer(GenerationRepository.@Nullable Holder signer, List<PathCertificate> line) {
        /** Null where the line goes by others. */
        GenerationRepository.@Nullable Holder of(ForeignChain chain) {
            boolean ours = !line.isEmpty()
                    && !chain.above().isEmpty()
                    && chain.above().getFirst().equals(line.getFirst());
            return ours ? signer : null;
        }
    }

    /** What others signed has their chain; what one of ours signed has that one's. */
    static AuthorityGeneration generation(
            int number,
            String keyId,
            KeyStorage storage,
            ForeignChain read,
            GenerationRepository.@Nullable Holder signer) {
        AuthorityContents contents = read.contents();
        return new AuthorityGeneration(
                number,
                keyId,
                contents.key().spec(),
                storage,
                null,
                read.own().der(),
                signer == null ? read.above().stream().map(PathCertificate::der).toList() : List.of(),
                contents.serial(),
                contents.subject().toString(),
                contents.key().keyIdentifier(),
                contents.pathLength(),
                contents.constraints(),
                signer == null ? null : signer.authority(),
                signer == null ? null : signer.generation(),
                contents.validity().notBefore(),
                contents.validity().notAfter());
    }

    /** What a key of ours signed, wherever that key is by now, is in the list of its certificates. */
    AuthorityGeneration entered(
            TenantTransaction tx,
            CertificateAuthority authority,
            AuthorityGeneration made,
            GenerationRepository.@Nullable Holder signer,
            IdentityId by,
            Instant now) {
        if (signer == null) {
            return made;
        }
        UUID certificate = repository
                .generations()
                .enter(tx, ids.nextUuid(), signer, authority.id(), made, authority.commonName(), by, now)
                .orElseThrow(() -> new VaultException(
                        ErrorCode.CONFLICT,
                        "The authority that signed it has given its serial number to another certificate",
                        Map.of(
                                "state",
                                "serial_number_taken",
                                "ca_id",
                                CertificateAuthority.idText(signer.authority()))));
        return made.withCertificateId(certificate);
    }

    /** The same for one that comes whole. */
    CertificateAuthority entered(
            TenantTransaction tx,
            CertificateAuthority made,
            GenerationRepository.@Nullable Holder signer,
            IdentityId by) {
        return made.with(entered(tx, made, made.current(), signer, by, made.createdAt()));
    }
}
