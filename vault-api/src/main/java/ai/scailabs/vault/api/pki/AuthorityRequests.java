package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.request.SecretText;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.issuer.AuthorityDraft;
import ai.scailabs.vault.pki.issuer.AuthorityTerms;
import ai.scailabs.vault.pki.issuer.AuthorityUrls;
import ai.scailabs.vault.pki.issuer.ImportedAuthority;
import ai.scailabs.vault.pki.x509.NameConstraints;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bodies of calls about certificate authorities. */
final class AuthorityRequests {
    private AuthorityRequests() {}

    record Authority(
            @Nullable String name,
            @Nullable String commonName,
            @Nullable String caType,
            @Nullable String parentCaId,
            @Nullable String signedBy,
            @Nullable String keyType,
            @Nullable Integer keySize,
            @Nullable String keyStorage,
            @Nullable Integer validityDays,
            @Nullable String country,
            @Nullable String province,
            @Nullable String locality,
            @Nullable String streetAddress,
            @Nullable String postalCode,
            @Nullable String organization,
            @Nullable String ou,
            @Nullable Integer maxPathLength,
            @Nullable Constraints nameConstraints,
            @Nullable Boolean autoRotate,
            @Nullable Integer crlPartitions,
            @Nullable List<@Nullable String> crlUrls,
            @Nullable List<@Nullable String> ocspUrls,
            @Nullable List<@Nullable String> issuerUrls) {
        AuthorityDraft draft() {
            return new AuthorityDraft(
                    name,
                    commonName,
                    caType,
                    parentCaId,
                    signedBy,
                    keyType,
                    keySize,
                    keyStorage,
                    validityDays,
                    new AuthorityDraft.SubjectFields(
                            country, province, locality, streetAddress, postalCode, organization, ou),
                    maxPathLength,
                    nameConstraints == null ? NameConstraints.NONE : nameConstraints.constraints(),
                    autoRotate,
                    crlPartitions,
                    new Urls(crlUrls, ocspUrls, issuerUrls).urls());
        }
    }

    /** What somebody else made for the key of an authority. */
    record Certificate(
            @Nullable String certificatePem, @Nullable List<@Nullable String> chainPem) {
        List<String> chain() {
            return present("chain_pem", chainPem);
        }
    }

    record Rotation(
            @Nullable String keyType,
            @Nullable Integer keySize,
            @Nullable Integer validityDays) {}

    /** Whom an authority is to vouch for. */
    record Cross(
            @Nullable String subjectCaId,
            @Nullable String certificatePem,
            @Nullable Integer validityDays,
            @Nullable Integer maxPathLength) {}

    /** One that comes with its key. */
    record Import(
            @Nullable String name,
            @Nullable String certificatePem,
            @Nullable List<@Nullable String> chainPem,
            @Nullable SecretText privateKeyPem,
            @Nullable SecretText password,
            @Nullable Long lastCrlNumber,
            @Nullable Integer crlPartitions,
            @Nullable List<@Nullable String> crlUrls,
            @Nullable List<@Nullable String> ocspUrls,
            @Nullable List<@Nullable String> issuerUrls) {
        ImportedAuthority authority() {
            return new ImportedAuthority(
                    name,
                    certificatePem,
                    present("chain_pem", chainPem),
                    privateKeyPem == null ? null : privateKeyPem.utf8(),
                    password == null ? null : password.utf8(),
                    lastCrlNumber,
                    crlPartitions,
                    new Urls(crlUrls, ocspUrls, issuerUrls).urls());
        }
    }

    record Leaving(@Nullable SecretText password) {}

    record Confirmation(
            @Nullable String backupSha256, @Nullable Integer crlValidityDays) {}

    record CrlFromElsewhere(@Nullable String crlPem) {}

    /** What can be changed of an authority; absent or null: as this installation has it, and by hand. */
    record Terms(
            @Nullable List<@Nullable String> crlUrls,
            @Nullable List<@Nullable String> ocspUrls,
            @Nullable List<@Nullable String> issuerUrls,
            @Nullable Boolean autoRotate) {
        static Terms of(AuthorityTerms chosen) {
            Urls urls = Urls.of(chosen.urls());
            return new Terms(urls.crlUrls(), urls.ocspUrls(), urls.issuerUrls(), chosen.autoRotate());
        }

        AuthorityTerms terms() {
            return new AuthorityTerms(new Urls(crlUrls, ocspUrls, issuerUrls).urls(), Boolean.TRUE.equals(autoRotate));
        }
    }

    /** Where certificates point to; absent or null: as this installation has it. */
    private record Urls(
            @Nullable List<@Nullable String> crlUrls,
            @Nullable List<@Nullable String> ocspUrls,
            @Nullable List<@Nullable String> issuerUrls) {
        static Urls of(AuthorityUrls chosen) {
            return new Urls(nullable(chosen.crl()), nullable(chosen.ocsp()), nullable(chosen.issuer()));
        }

        AuthorityUrls urls() {
            return new AuthorityUrls(
                    crlUrls == null ? null : present("crl_urls", crlUrls),
                    ocspUrls == null ? null : present("ocsp_urls", ocspUrls),
                    issuerUrls == null ? null : present("issuer_urls", issuerUrls));
        }

        private static @Nullable List<@Nullable String> nullable(@Nullable List<String> texts) {
            return texts == null ? null : new ArrayList<@Nullable String>(texts);
        }
    }

    private static List<String> present(String field, @Nullable List<@Nullable String> entries) {
        List<String> present = new ArrayList<>();
        for (String entry : entries == null ? List.<@Nullable String>of() : entries) {
            if (entry == null) {
                throw VaultException.invalidField(field, "has an entry that is null");
            }
            present.add(entry);
        }
        return present;
    }

    record Constraints(
            @Nullable List<@Nullable String> permittedDns,
            @Nullable List<@Nullable String> excludedDns,
            @Nullable List<@Nullable String> permittedIp,
            @Nullable List<@Nullable String> excludedIp,
            @Nullable List<@Nullable String> permittedEmail,
            @Nullable List<@Nullable String> excludedEmail,
            @Nullable List<@Nullable String> permittedUri,
            @Nullable List<@Nullable String> excludedUri) {
        NameConstraints constraints() {
            return new NameConstraints(
                            present("permitted_dns", permittedDns),
                            present("excluded_dns", excludedDns),
                            present("permitted_ip", permittedIp),
                            present("excluded_ip", excludedIp),
                            present("permitted_email", permittedEmail),
                            present("excluded_email", excludedEmail),
                            present("permitted_uri", permittedUri),
                            present("excluded_uri", excludedUri))
                    .asked();
        }

        private static List<String> present(String field, @Nullable List<@Nullable String> entries) {
            return AuthorityRequests.present("name_constraints." + field, entries);
        }
    }
}
