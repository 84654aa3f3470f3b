package ai.scailabs.vault.api.acme;

import ai.scailabs.vault.api.request.SecretText;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.acme.NewAccount;
import ai.scailabs.vault.pki.acme.OrderForm;
import ai.scailabs.vault.pki.issuance.KeyPackaging;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.KeystoreFormat;
import ai.scailabs.vault.pki.x509.PrivateKeyFormat;
import ai.scailabs.vault.pki.x509.RevocationReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bodies of calls about ACME. */
final class AcmeRequests {
    private AcmeRequests() {}

    record Account(
            @Nullable String name,
            @Nullable String provider,
            @Nullable String environment,
            @Nullable String email,
            @Nullable String directoryUrl,
            @Nullable String caBundlePem,
            @Nullable Boolean agreeToTerms,
            @Nullable String keyType,
            @Nullable Integer keySize,
            @Nullable String eabKid,
            @Nullable SecretText eabHmacKey) {
        NewAccount wanted() {
            return NewAccount.of(new NewAccount.Fields(
                    name,
                    provider,
                    environment,
                    email,
                    directoryUrl,
                    caBundlePem,
                    agreeToTerms,
                    keyType,
                    keySize,
                    eabKid,
                    eabHmacKey == null ? null : eabHmacKey.utf8()));
        }
    }

    record Contact(@Nullable String email) {
        String address() {
            return NewAccount.email(email);
        }
    }

    record Key(@Nullable String keyType, @Nullable Integer keySize) {
        /** Null for one of the same kind. */
        @Nullable
        KeySpec wanted() {
            return keyType == null && keySize == null ? null : NewAccount.keySpec("key_type", keyType, keySize);
        }
    }

    record Order(
            @Nullable String accountId,
            @Nullable List<@Nullable String> domains,
            @Nullable String challengeType,
            @Nullable Boolean autoRenew,
            @Nullable String profile,
            @Nullable String preferredChain,
            @Nullable String keyType,
            @Nullable Integer keySize,
            @Nullable String csrPem,
            @Nullable String dnsProviderId) {
        OrderForm.Fields fields() {
            return new OrderForm.Fields(
                    accountId,
                    domains,
                    challengeType,
                    autoRenew,
                    profile,
                    preferredChain,
                    keyType,
                    keySize,
                    csrPem,
                    dnsProviderId);
        }
    }

    record Renewal(@Nullable Boolean autoRenew) {
        boolean wanted() {
            if (autoRenew == null) {
                throw VaultException.invalidField("auto_renew", "is required");
            }
            return autoRenew;
        }
    }

    record Revocation(@Nullable String reason, @Nullable Integer version) {
        /** Of those that directories take (RFC 8555 §7.6): nothing is put on hold by ACME. */
        RevocationReason because() {
            if (reason == null) {
                return RevocationReason.UNSPECIFIED;
            }
            return RevocationReason.parse(reason)
                    .filter(each -> switch (each) {
                        case UNSPECIFIED,
                                KEY_COMPROMISE,
                                AFFILIATION_CHANGED,
                                SUPERSEDED,
                                CESSATION_OF_OPERATION,
                                PRIVILEGE_WITHDRAWN -> true;
                        case CA_COMPROMISE, CERTIFICATE_HOLD, AA_COMPROMISE -> false;
                    })
                    .orElseThrow(
                            () -> VaultException.invalidField(
                                    "reason",
                                    "must be unspecified, key_compromise, affiliation_changed, superseded, cessation_of_operation or privilege_withdrawn"));
        }
    }

    record Export(
            @Nullable String format,
            @Nullable String privateKeyFormat,
            @Nullable SecretText password,
            @Nullable Integer version) {
        KeyPackaging packaging() {
            if (format == null || format.equals("pem")) {
                if (password != null) {
                    throw VaultException.invalidField("password", "is for a keystore: format pkcs12 or jks");
                }
                return new KeyPackaging.Pem(
                        privateKeyFormat == null
                                ? PrivateKeyFormat.PKCS8
                                : PrivateKeyFormat.parse(privateKeyFormat)
                                        .orElseThrow(() -> VaultException.invalidField(
                                                "private_key_format", "must be traditional or pkcs8")));
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
    }
}
