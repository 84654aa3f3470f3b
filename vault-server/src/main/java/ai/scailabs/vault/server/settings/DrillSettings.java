package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a restore drill takes from the environment: {@code DATABASE_URL} is the restored database, the root keys are those that a restore would have, and with
 * {@code DATABASE_WORKER_URL} the outcome is told to the audit log of the installation.
 *
 * @param restored a login that sees every row
 * @param live absent: no audit entries
 */
public record DrillSettings(
        DatabaseLogin restored, @Nullable DatabaseLogin live, RootKeys rootKeys, boolean development) {
    /** @throws InvalidSettings with every problem found */
    public static DrillSettings read(Map<String, String> environment) {
        SettingsReader reader = new SettingsReader(environment);
        boolean development = Boolean.TRUE.equals(reader.required(Setting.SCAIVAULT_DEV, ServerSettings::flag));
        DatabaseLogin restored = reader.required(Setting.DATABASE_URL, DatabaseLogin::parse);
        DatabaseLogin live = reader.optional(Setting.DATABASE_WORKER_URL, DatabaseLogin::parse);
        RootKeys rootKeys = RootKeys.read(reader, development);
        if (!reader.problems().isEmpty() || restored == null || rootKeys == null) {
            throw new InvalidSettings(reader.problems());
        }
        return new DrillSettings(restored, live, rootKeys, development);
    }
}
