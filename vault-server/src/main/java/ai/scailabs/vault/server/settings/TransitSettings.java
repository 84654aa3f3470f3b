package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kms.transit.SecretText;
import ai.scailabs.vault.kms.transit.TransitLogin;
import ai.scailabs.vault.kms.transit.TransitProperties;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A root key in the Transit engine of HashiCorp Vault or OpenBao. */
final class TransitSettings {
    private static final String PATH = "[A-Za-z0-9_-]{1,48}(/[A-Za-z0-9_-]{1,48}){0,5}";
    private static final int MAX_PATH = 48;
    private static final String KEY_NAME = "[A-Za-z0-9_]([A-Za-z0-9_.-]{0,126}[A-Za-z0-9_])?";

    private TransitSettings() {}

    /** Null, and problems, when it is not said completely. */
    static @Nullable TransitProperties read(SettingsReader reader, boolean dev, Duration patience) {
        int before = reader.problems().size();
        URI endpoint = reader.required(
                Setting.KMS_ENDPOINT,
                text -> ServerSettings.outbound(dev)
                        .apply(text)
                        .filter(uri -> uri.getRawQuery() == null && uri.getRawFragment() == null));
        String key = reader.required(Setting.KMS_KEY_NAME, ServerSettings.matching(KEY_NAME));
        String mount = reader.required(Setting.KMS_TRANSIT_MOUNT, TransitSettings::path);
        String namespace = reader.optional(Setting.KMS_TRANSIT_NAMESPACE, TransitSettings::path);
        Path caFile = reader.optional(Setting.KMS_TRANSIT_CA_FILE, CertificateFile::parse);
        TransitLogin login = login(reader);
        if (endpoint == null
                || key == null
                || mount == null
                || login == null
                || reader.problems().size() > before) {
            return null;
        }
        return new TransitProperties(endpoint, namespace, mount, key, caFile, login, patience);
    }

    private static @Nullable TransitLogin login(SettingsReader reader) {
        SecretText token = secret(reader, Setting.KMS_TRANSIT_TOKEN);
        String roleId = reader.optional(Setting.KMS_TRANSIT_ROLE_ID, ServerSettings.matching("[!-~]{1,256}"));
        SecretText secretId = secret(reader, Setting.KMS_TRANSIT_SECRET_ID);
        String role = reader.optional(Setting.KMS_TRANSIT_KUBERNETES_ROLE, ServerSettings.matching("[!-~]{1,256}"));
        Path account = reader.required(Setting.KMS_TRANSIT_KUBERNETES_TOKEN_FILE, ServerSettings::path);
        String mount = reader.optional(Setting.KMS_TRANSIT_AUTH_MOUNT, TransitSettings::path);
        long ways = Stream.of(token, roleId, role).filter(Objects::nonNull).count();
        if (ways != 1 || (roleId == null) != (secretId == null)) {
            reader.problem(reader.name(Setting.KMS_PROVIDER) + "=hashicorp takes one of "
                    + reader.name(Setting.KMS_TRANSIT_TOKEN) + ", "
                    + reader.name(Setting.KMS_TRANSIT_ROLE_ID) + " together with "
                    + reader.name(Setting.KMS_TRANSIT_SECRET_ID) + ", and "
                    + reader.name(Setting.KMS_TRANSIT_KUBERNETES_ROLE));
            return null;
        }
        if (token != null) {
            return new TransitLogin.Token(token);
        }
        if (roleId != null && secretId != null) {
            return new TransitLogin.AppRole(mount == null ? "approle" : mount, roleId, secretId);
        }
        return role == null || account == null
                ? null
                : new TransitLogin.Kubernetes(mount == null ? "kubernetes" : mount, role, account);
    }

    /** It has to be there and well formed at the start; one in a file may be another later. */
    private static @Nullable SecretText secret(SettingsReader reader, Setting setting) {
        String value = reader.optional(setting, ServerSettings.matching(SecretText.FORM.pattern()));
        Path file = reader.twin(setting);
        if (value == null) {
            return null;
        }
        return file == null ? new SecretText.Given(value) : new SecretText.InFile(file);
    }

    private static Optional<String> path(String text) {
        String bare = text.replaceFirst("/$", "");
        return Optional.of(bare).filter(path -> path.length() <= MAX_PATH && path.matches(PATH));
    }
}
