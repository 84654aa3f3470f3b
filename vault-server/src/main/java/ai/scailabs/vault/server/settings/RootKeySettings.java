package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kms.aws.AwsKeyArn;
import ai.scailabs.vault.kms.aws.AwsKmsProperties;
import ai.scailabs.vault.kms.azure.AzureKeyUrl;
import ai.scailabs.vault.kms.azure.AzureKmsProperties;
import ai.scailabs.vault.kms.gcp.GcpKeyName;
import ai.scailabs.vault.kms.gcp.GcpKmsProperties;
import ai.scailabs.vault.kms.pkcs11.Pkcs11Properties;
import ai.scailabs.vault.kms.tpm.PersistentHandle;
import ai.scailabs.vault.kms.tpm.TpmAddress;
import ai.scailabs.vault.kms.tpm.TpmProperties;
import ai.scailabs.vault.kms.transit.TransitProperties;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where the root key is kept. */
public sealed interface RootKeySettings {
    /** For development. */
    record LocalFile(Path file) implements RootKeySettings {}

    /** A key in AWS KMS. */
    record Aws(AwsKmsProperties properties) implements RootKeySettings {}

    /** A key in Google Cloud KMS. */
    record Gcp(GcpKmsProperties properties) implements RootKeySettings {}

    /** A key in an Azure Key Vault or Managed HSM. */
    record Azure(AzureKmsProperties properties) implements RootKeySettings {}

    /** An HSM with a PKCS#11 library. */
    record Pkcs11(Pkcs11Properties properties) implements RootKeySettings {}

    /** A key in the Transit engine of HashiCorp Vault or OpenBao. */
    record Transit(TransitProperties properties) implements RootKeySettings {}

    /** A TPM 2.0. */
    record Tpm(TpmProperties properties) implements RootKeySettings {}

    /** How long a caller waits for an answer. */
    default Duration patience() {
        return switch (this) {
            // Is there at once, or not at all.
            case LocalFile local -> Duration.ofSeconds(2);
            case Aws aws -> aws.properties().patience();
            case Gcp gcp -> gcp.properties().patience();
            case Azure azure -> azure.properties().patience();
            case Pkcs11 hsm -> hsm.properties().patience();
            case Transit transit -> transit.properties().patience();
            case Tpm tpm -> tpm.properties().patience();
        };
    }

    /** Null, and problems, when it is not said completely. */
    static @Nullable RootKeySettings read(SettingsReader reader, boolean dev) {
        String provider = reader.required(
                Setting.KMS_PROVIDER,
                ServerSettings.oneOf("aws", "gcp", "azure", "hashicorp", "pkcs11", "tpm", "local"));
        Integer millis = reader.required(Setting.KMS_TIMEOUT_MILLIS, ServerSettings.number(100, 60_000));
        if (provider == null || millis == null) {
            return null;
        }
        Duration patience = Duration.ofMillis(millis);
        return switch (provider) {
            case "aws" -> aws(reader, dev, patience);
            case "gcp" -> gcp(reader, dev, patience);
            case "azure" -> azure(reader, patience);
            case "hashicorp" -> transit(reader, dev, patience);
            case "pkcs11" -> pkcs11(reader, patience);
            case "tpm" -> tpm(reader, patience);
            default -> local(reader, dev);
        };
    }

    private static @Nullable RootKeySettings local(SettingsReader reader, boolean dev) {
        Path file = reader.required(Setting.KMS_LOCAL_KEY_FILE, ServerSettings::path);
        if (!dev) {
            reader.problem(
                    reader.name(Setting.KMS_PROVIDER) + "=local is for development: it needs SCAIVAULT_DEV=true");
        }
        return file == null ? null : new LocalFile(file);
    }

    private static @Nullable RootKeySettings aws(SettingsReader reader, boolean dev, Duration patience) {
        AwsKeyArn key = reader.required(Setting.KMS_KEY_ID, AwsKeyArn::parse);
        int before = reader.problems().size();
        URI endpoint = reader.optional(Setting.KMS_ENDPOINT, ServerSettings.outbound(dev));
        return key == null || reader.problems().size() > before
                ? null
                : new Aws(new AwsKmsProperties(key, endpoint, patience));
    }

    private static @Nullable RootKeySettings transit(SettingsReader reader, boolean dev, Duration patience) {
        TransitProperties properties = TransitSettings.read(reader, dev, patience);
        return properties == null ? null : new Transit(properties);
    }

    private static @Nullable RootKeySettings gcp(SettingsReader reader, boolean dev, Duration patience) {
        GcpKeyName key = reader.required(Setting.KMS_KEY_NAME, GcpKeyName::parse);
        int before = reader.problems().size();
        URI endpoint = reader.optional(Setting.KMS_ENDPOINT, ServerSettings.outbound(dev));
        return key == null || reader.problems().size() > before
                ? null
                : new Gcp(new GcpKmsProperties(key, endpoint, patience));
    }

    private static @Nullable RootKeySettings azure(SettingsReader reader, Duration patience) {
        AzureKeyUrl key = reader.required(Setting.KMS_KEY_URL, AzureKeyUrl::parse);
        int before = reader.problems().size();
        AzureKeyUrl signingKey = reader.optional(Setting.KMS_SIGNING_KEY_URL, AzureKeyUrl::parse);
        if (key == null || reader.problems().size() > before) {
            return null;
        }
        if (!AzureKmsProperties.fit(key, signingKey)) {
            reader.problem(
                    reader.name(Setting.KMS_SIGNING_KEY_URL) + " is required with a key in a Key Vault, must be in one"
                            + " of the same cloud, without a version, and is not taken with a Managed HSM");
            return null;
        }
        return new Azure(new AzureKmsProperties(key, signingKey, patience));
    }

    private static @Nullable RootKeySettings pkcs11(SettingsReader reader, Duration patience) {
        Path library = reader.required(Setting.KMS_PKCS11_LIBRARY, ServerSettings::path);
        String token = reader.required(Setting.KMS_PKCS11_TOKEN_LABEL, ServerSettings.matching("[ -~]{1,32}"));
        String key = reader.required(Setting.KMS_PKCS11_KEY_LABEL, ServerSettings.matching("[ -~]{1,255}"));
        Path pin = reader.required(Setting.KMS_PKCS11_PIN_FILE, ServerSettings::path);
        Integer sessions = reader.required(Setting.KMS_PKCS11_SESSIONS, ServerSettings.number(1, 64));
        if (library == null || token == null || key == null || pin == null || sessions == null) {
            return null;
        }
        return new Pkcs11(new Pkcs11Properties(library, token, key, pin, sessions, patience));
    }

    private static @Nullable RootKeySettings tpm(SettingsReader reader, Duration patience) {
        TpmAddress device = reader.required(Setting.KMS_TPM_DEVICE, TpmAddress::parse);
        PersistentHandle handle = reader.required(Setting.KMS_TPM_HANDLE, PersistentHandle::parse);
        Path auth = reader.required(Setting.KMS_TPM_AUTH_FILE, ServerSettings::path);
        return device == null || handle == null || auth == null
                ? null
                : new Tpm(new TpmProperties(device, handle, auth, patience));
    }
}
