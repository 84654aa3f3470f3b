package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kms.azure.AzureKeyUrl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The root keys that wrap every partner key.
 *
 * @param first asked first
 * @param second absent: the first is alone
 * @param memory how long an unwrapped partner key is remembered; zero for not at all
 */
public record RootKeys(RootKeySettings first, @Nullable RootKeySettings second, Duration memory) {
    /** One or two, in the order in which they are asked. */
    public List<RootKeySettings> all() {
        List<RootKeySettings> all = new ArrayList<>(List.of(first));
        if (second != null) {
            all.add(second);
        }
        return all;
    }

    /** Null, and problems, when it is not said completely. */
    static @Nullable RootKeys read(SettingsReader reader, boolean dev) {
        int before = reader.problems().size();
        RootKeySettings first = RootKeySettings.read(reader, dev);
        RootKeySettings second =
                reader.namesSecondRootKey() ? RootKeySettings.read(reader.ofSecondRootKey(), dev) : null;
        Integer memory = reader.required(Setting.KMS_CACHE_SECONDS, ServerSettings.number(0, 300));
        if (first == null || memory == null || reader.problems().size() > before) {
            return null;
        }
        if (second != null && isSame(first, second)) {
            reader.problem("the KMS_SECONDARY_ variables name the same root key as the others");
        }
        return new RootKeys(first, second, Duration.ofSeconds(memory));
    }

    private static boolean isSame(RootKeySettings first, RootKeySettings second) {
        return first.getClass() == second.getClass() && name(first).equals(name(second));
    }

    /** What tells a key from others of its kind, however it is reached. */
    private static Object name(RootKeySettings key) {
        return switch (key) {
            case RootKeySettings.LocalFile local ->
                local.file().toAbsolutePath().normalize();
            case RootKeySettings.Aws aws -> aws.properties().key();
            case RootKeySettings.Gcp gcp -> gcp.properties().key();
            case RootKeySettings.Azure azure -> name(azure.properties().key());
            // Labels are those of one library's tokens; another may show the same ones.
            case RootKeySettings.Pkcs11 hsm ->
                List.of(
                        hsm.properties().library().normalize(),
                        hsm.properties().tokenLabel(),
                        hsm.properties().keyLabel());
            // Transit's keys have the names that they were given, wherever the server is.
            case RootKeySettings.Transit transit -> transit.properties().keyName();
            case RootKeySettings.Tpm tpm ->
                List.of(tpm.properties().device(), tpm.properties().key());
        };
    }

    /** Without the version; Azure does not tell capitals from small letters. */
    private static String name(AzureKeyUrl key) {
        return (key.vault() + "/keys/" + key.name()).toLowerCase(Locale.ROOT);
    }
}
