package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.request.SecretText;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.issuance.CertificateWish;
import ai.scailabs.vault.pki.issuance.KeyPackaging;
import ai.scailabs.vault.pki.x509.KeystoreFormat;
import ai.scailabs.vault.pki.x509.PrivateKeyFormat;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bodies of calls that make certificates, or try to. */
final class IssueRequests {
    /** More than any role allows: what has more is not even read. */
    private static final int MAX_NAMES = 1_000;

    private IssueRequests() {}

    record Issue(
            @Nullable String commonName,
            @Nullable List<@Nullable String> altNames,
            @Nullable List<@Nullable String> ipSans,
            @Nullable String ttl,
            @Nullable String notBefore,
            @Nullable String notAfter,
            @Nullable Boolean autoRenew,
            @Nullable String privateKeyFormat,
            @Nullable String format,
            @Nullable SecretText password) {
        CertificateWish wish() {
            return IssueRequests.wish(commonName, altNames, ipSans, ttl, notBefore, notAfter);
        }

        KeyPackaging packaging() {
            if (format == null || format.equals("pem")) {
                if (password != null) {
                    throw VaultException.invalidField("password", "is for a keystore: format pkcs12 or jks");
                }
                return new KeyPackaging.Pem(pem());
            }
            KeystoreFormat keystore = KeystoreFormat.parse(format)
                    .orElseThrow(() -> VaultException.invalidField("format", "must be pem, pkcs12 or jks"));
            if (privateKeyFormat != null) {
                throw VaultException.invalidField("private_key_format", "is for format pem");
            }
            if (password == null) {
                throw VaultException.invalidField("password", "is required of a keystore");
            }
            return new KeyPackaging.Keystore(keystore, password.utf8());
        }

        private PrivateKeyFormat pem() {
            return privateKeyFormat == null
                    ? PrivateKeyFormat.TRADITIONAL
                    : PrivateKeyFormat.parse(privateKeyFormat)
                            .orElseThrow(() ->
                                    VaultException.invalidField("private_key_format", "must be traditional or pkcs8"));
        }
    }

    record Sign(
            @Nullable String csrPem,
            @Nullable String commonName,
            @Nullable List<@Nullable String> altNames,
            @Nullable List<@Nullable String> ipSans,
            @Nullable String ttl,
            @Nullable String notBefore,
            @Nullable String notAfter) {
        String request() {
            if (csrPem == null) {
                throw VaultException.invalidField("csr_pem", "is required");
            }
            return csrPem;
        }

        CertificateWish wish() {
            return IssueRequests.wish(commonName, altNames, ipSans, ttl, notBefore, notAfter);
        }
    }

    record Check(
            @Nullable String commonName,
            @Nullable List<@Nullable String> altNames,
            @Nullable List<@Nullable String> ipSans,
            @Nullable String ttl,
            @Nullable String notBefore,
            @Nullable String notAfter) {
        CertificateWish wish() {
            return IssueRequests.wish(commonName, altNames, ipSans, ttl, notBefore, notAfter);
        }
    }

    /** A merge patch of one field. */
    record Renewal(@Nullable Boolean autoRenew) {
        boolean wanted() {
            if (autoRenew == null) {
                throw VaultException.invalidField("auto_renew", "is required");
            }
            return autoRenew;
        }
    }

    private static CertificateWish wish(
            @Nullable String commonName,
            @Nullable List<@Nullable String> altNames,
            @Nullable List<@Nullable String> ipSans,
            @Nullable String ttl,
            @Nullable String notBefore,
            @Nullable String notAfter) {
        return new CertificateWish(
                commonName,
                present("alt_names", altNames),
                present("ip_sans", ipSans),
                ttl,
                time("not_before", notBefore),
                time("not_after", notAfter));
    }

    private static List<String> present(String field, @Nullable List<@Nullable String> entries) {
        if (entries == null) {
            return List.of();
        }
        if (entries.size() > MAX_NAMES) {
            throw VaultException.invalidField(field, "must have at most " + MAX_NAMES + " entries");
        }
        List<String> present = new ArrayList<>(entries.size());
        for (String entry : entries) {
            if (entry == null) {
                throw VaultException.invalidField(field, "has an entry that is null");
            }
            present.add(entry);
        }
        return present;
    }

    private static @Nullable Instant time(String field, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (time.isBefore(Instant.EPOCH) || time.isAfter(Instant.parse("9999-12-31T23:59:59Z"))) {
                throw VaultException.invalidField(field, "must lie between 1970 and 9999");
            }
            return time;
        } catch (DateTimeParseException malformed) {
            throw VaultException.invalidField(field, "must be a time such as 2026-01-31T08:00:00Z");
        }
    }
}
