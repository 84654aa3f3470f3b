package ai.scailabs.vault.pki.anchor;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.validation.PathCertificate;
import ai.scailabs.vault.pki.validation.RevocationList;
import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import ai.scailabs.vault.pki.x509.GeneralName;
import ai.scailabs.vault.pki.x509.NameSyntax;
import ai.scailabs.vault.pki.x509.Pem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ValidationRequest} that can be read.
 *
 * @param pool what followed after the certificate, and the chain
 */
record ValidationForm(
        PathCertificate certificate,
        List<PathCertificate> pool,
        List<RevocationList> crls,
        List<GeneralName> names,
        @Nullable ExtendedKeyUsage usage) {
    private static final int MAX_CERTIFICATES = 100;
    private static final int MAX_CRLS = 20;
    /** More than a request can be. */
    private static final int MAX_CHARACTERS = 64 * 1024 * 1024;

    /** @throws VaultException {@code validation_error} that names what cannot be read */
    static ValidationForm of(ValidationRequest request) {
        if (request.certificatePem() == null) {
            throw VaultException.invalidField("certificate_pem", "is required");
        }
        List<PathCertificate> all = new ArrayList<>(certificates("certificate_pem", request.certificatePem()));
        for (int i = 0; i < request.chainPem().size(); i++) {
            all.addAll(certificates("chain_pem[" + i + "]", request.chainPem().get(i)));
            if (all.size() > MAX_CERTIFICATES) {
                throw VaultException.invalidField("chain_pem", "has more than " + MAX_CERTIFICATES + " certificates");
            }
        }
        return new ValidationForm(
                all.getFirst(),
                List.copyOf(all.subList(1, all.size())),
                lists(request.crlsPem()),
                names(request),
                usage(request.usage()));
    }

    private static List<PathCertificate> certificates(String field, String pem) {
        List<PathCertificate> certificates = new ArrayList<>();
        for (Pem.Block block : Pem.read(pem, MAX_CHARACTERS, MAX_CERTIFICATES).orElse(List.of())) {
            certificates.add(
                    block.label().equals(Pem.CERTIFICATE)
                            ? PathCertificate.read(block.content()).orElseThrow(() -> unreadable(field))
                            : refuse(field));
        }
        if (certificates.isEmpty()) {
            throw unreadable(field);
        }
        return certificates;
    }

    private static PathCertificate refuse(String field) {
        throw unreadable(field);
    }

    private static VaultException unreadable(String field) {
        return VaultException.invalidField(
                field,
                "must be certificates in PEM, at most " + MAX_CERTIFICATES + ", each of at most "
                        + PathCertificate.MAX_BYTES / 1024 + " KiB and nested no deeper than any that is used");
    }

    private static List<RevocationList> lists(List<String> pems) {
        List<RevocationList> lists = new ArrayList<>();
        for (int i = 0; i < pems.size(); i++) {
            String field = "crls_pem[" + i + "]";
            for (Pem.Block block :
                    Pem.read(pems.get(i), MAX_CHARACTERS, MAX_CRLS).orElseThrow(() -> noList(field))) {
                if (!block.label().equals(Pem.CRL)) {
                    throw noList(field);
                }
                lists.add(RevocationList.read(block.content()).orElseThrow(() -> noList(field)));
            }
            if (lists.size() > MAX_CRLS) {
                throw VaultException.invalidField("crls_pem", "has more than " + MAX_CRLS + " CRLs");
            }
        }
        return List.copyOf(lists);
    }

    private static VaultException noList(String field) {
        return VaultException.invalidField(field, "must be CRLs in PEM, at most " + MAX_CRLS);
    }

    private static List<GeneralName> names(ValidationRequest request) {
        List<GeneralName> names = new ArrayList<>();
        add(names, "hostname", request.hostname(), NameSyntax::dns, "must be a host name, without a wildcard");
        add(names, "ip", request.ip(), NameSyntax::ip, "must be an IP address");
        add(names, "email", request.email(), NameSyntax::email, "must be a mailbox");
        return List.copyOf(names);
    }

    private static void add(
            List<GeneralName> names,
            String field,
            @Nullable String text,
            Function<String, GeneralName> parser,
            String problem) {
        if (text == null) {
            return;
        }
        GeneralName name;
        try {
            name = parser.apply(text);
        } catch (VaultException malformed) {
            throw VaultException.invalidField(field, problem);
        }
        if (name instanceof GeneralName.Dns dns && dns.isWildcard()) {
            throw VaultException.invalidField(field, problem);
        }
        names.add(name);
    }

    private static @Nullable ExtendedKeyUsage usage(@Nullable String text) {
        return text == null
                ? null
                : ExtendedKeyUsage.parse(text)
                        .orElseThrow(
                                () -> VaultException.invalidField(
                                        "usage",
                                        "must be server_auth, client_auth, code_signing, email_protection, time_stamping, ocsp_signing, or an object identifier"));
    }
}
