package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.pki.validation.PathCertificate;
import ai.scailabs.vault.pki.x509.AuthorityContents;
import ai.scailabs.vault.pki.x509.ForeignKey;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Authorities that come with their key. Of the certificates that they signed before nothing is known here. Thread-safe. */
public final class AuthorityImport {
    private static final int MAX_ATTEMPTS = 3;
    /** Exact in every program that reads JSON. */
    private static final long MAX_CRL_NUMBER = 1L << 53;

    private final AuthorityService authorities;
    private final AuthorityCertification certification;
    private final SignatureProvider signatures;

    public AuthorityImport(
            AuthorityService authorities, AuthorityCertification certification, SignatureProvider signatures) {
        this.authorities = authorities;
        this.certification = certification;
        this.signatures = signatures;
    }

    /**
     * The key is matched to its certificate, and lies sealed like own ones; those above it are its chain.
     *
     * @throws VaultException {@code access_denied}; {@code validation_error} that says what is wrong with what; {@code conflict} when the name is taken, the key is here already, or there are too many
     */
    public CertificateAuthority bring(Caller caller, ImportedAuthority brought, AuditEntry entry) {
        String name = AuthorityPlan.checkedName(brought.name());
        authorities.requireManaged(caller, CertificateAuthority.virtualPath(name), Permission.ADMIN);
        int partitions = AuthorityPlan.partitions(brought.crlPartitions());
        AuthorityUrls urls = brought.urls().checked(partitions);
        authorities.requireAddress(partitions);
        long lastNumber = brought.lastCrlNumber() == null ? 0 : brought.lastCrlNumber();
        if (lastNumber < 0 || lastNumber > MAX_CRL_NUMBER) {
            throw VaultException.invalidField("last_crl_number", "must be from 0 to 2^53");
        }
        if (brought.privateKey() == null) {
            throw VaultException.invalidField("private_key_pem", "is required");
        }
        List<PathCertificate> all = ForeignChain.read(brought.certificates(), brought.chain());
        char[] password = characters(brought.password());
        try (ForeignKey key = ForeignKey.read(brought.privateKey().expose(), password)) {
            return bring(caller, name, partitions, urls, lastNumber, all, key, entry);
        } finally {
            if (password != null) {
                Arrays.fill(password, '\0');
            }
        }
    }

    private CertificateAuthority bring(
            Caller caller,
            String name,
            int partitions,
            AuthorityUrls urls,
            long lastNumber,
            List<PathCertificate> all,
            ForeignKey key,
            AuditEntry entry) {
        PathCertificate own = all.stream()
                .filter(each -> contents(each)
                        .filter(contents -> key.isOf(contents.key(), signatures))
                        .isPresent())
                .findFirst()
                .orElseThrow(() -> mismatch(all));
        Instant now = authorities.now();
        AuthorityCertification.Issuer issuer = certification.issuer(entry.tenant(), own);
        ForeignChain read = ForeignChain.of(own, all, issuer.line(), now);
        GenerationRepository.Holder signer = issuer.of(read);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            String keyId = authorities.creation().nextKeyId();
            byte[] sealed;
            try (SensitiveBytes encoded = key.encoded(read.contents().key().spec())) {
                sealed = authorities.creation().sealed(Maker.of(caller.actor()), keyId, encoded);
            }
            AuthorityGeneration generation =
                    AuthorityCertification.generation(1, keyId, KeyStorage.VAULT, read, signer);
            CertificateAuthority made = new CertificateAuthority(
                    authorities.creation().nextId(),
                    name,
                    own.isIssuedBy(own) ? AuthorityType.ROOT : AuthorityType.INTERMEDIATE,
                    signer == null ? null : signer.authority(),
                    read.contents().subject().commonName().orElse(name),
                    AuthorityStatus.ACTIVE,
                    urls,
                    generation,
                    null,
                    0,
                    partitions,
                    CertificateAuthority.Rotation.BY_HAND,
                    null,
                    null,
                    now,
                    caller.actor().identity().value(),
                    now);
            Optional<CertificateAuthority> kept =
                    authorities.change(entry.tenant(), tx -> keep(tx, made, signer, sealed, lastNumber, caller, entry));
            if (kept.isPresent()) {
                return kept.get();
            }
        }
        throw AuthorityService.keyChanges();
    }

    private static Optional<AuthorityContents> contents(PathCertificate certificate) {
        try {
            return AuthorityContents.of(certificate.der());
        } catch (VaultException weakKey) {
            return Optional.empty();
        }
    }

    /** Where it may be for want of a good one, that is said. */
    private static VaultException mismatch(List<PathCertificate> all) {
        for (PathCertificate each : all) {
            try {
                AuthorityContents.of(each.der());
            } catch (VaultException weak) {
                return ForeignChain.refusal(
                        "key_weak", each, "has a key that is weak or of a kind that is not supported");
            }
        }
        return ForeignChain.refusal("key_mismatch", "none of these certificates is for the private key");
    }

    /** Empty when the tenant's key that seals it has given way to the next. */
    private Optional<CertificateAuthority> keep(
            TenantTransaction tx,
            CertificateAuthority made,
            GenerationRepository.@Nullable Holder signer,
            byte[] sealed,
            long lastNumber,
            Caller caller,
            AuditEntry entry) {
        AuthorityRepository repository = authorities.repository();
        authorities.requireRoom(tx);
        byte[] keyInfo = AuthorityContents.of(made.current().certificate())
                .orElseThrow()
                .key()
                .encoded();
        repository.generations().ofKey(tx, keyInfo).ifPresent(AuthorityImport::refuseTwice);
        authorities.requireUnrevoked(tx, made.parentId());
        if (!repository.insertKey(tx, made.current().keyId(), sealed, made.createdAt())) {
            return Optional.empty();
        }
        CertificateAuthority entered =
                certification.entered(tx, made, signer, caller.actor().identity());
        repository.insert(tx, entered, lastNumber);
        repository.record(tx, AuthorityService.described(entry, entered));
        return repository.find(tx, made.id());
    }

    private static void refuseTwice(GenerationRepository.Named there) {
        throw new VaultException(
                ErrorCode.CONFLICT,
                "The key is that of an authority that is here already: " + there.name(),
                Map.of("state", "key_exists", "ca_id", CertificateAuthority.idText(there.id())));
    }

    /** As OpenSSL takes it. */
    private static char @Nullable [] characters(@Nullable SensitiveBytes utf8) {
        if (utf8 == null) {
            return null;
        }
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(utf8.expose()));
        char[] characters = new char[decoded.remaining()];
        decoded.get(characters);
        Arrays.fill(decoded.array(), '\0');
        return characters;
    }
}
