package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.server.readiness.StartupRefusal;
import ai.scailabs.vault.server.settings.RootKeySettings;
import ai.scailabs.vault.server.settings.RootKeys;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The root keys that were chosen, in the order in which they are asked. */
public record KeptRootKeys(List<KeptRootKey> keys) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeptRootKeys.class);

    /** @throws StartupRefusal when not one of them can be used; says why */
    public static KeptRootKeys open(RootKeys settings, SecureRandom random, boolean development) {
        List<KeptRootKey> keys = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (RootKeySettings each : settings.all()) {
            KeptRootKey key = new KeptRootKey(() -> OpenedRootKey.open(each, random, development), each.patience());
            keys.add(key);
            try {
                key.open();
            } catch (IllegalStateException unusable) {
                problems.add(String.valueOf(unusable.getMessage()));
            }
        }
        if (problems.size() == keys.size()) {
            throw new StartupRefusal(problems);
        }
        problems.forEach(problem -> LOG.warn("one of the two root keys cannot be used now: {}", problem));
        return new KeptRootKeys(List.copyOf(keys));
    }

    @Override
    public void close() {
        for (KeptRootKey key : keys) {
            try {
                key.close();
            } catch (Exception failure) {
                LOG.warn("the keeper of a root key did not let go of it", failure);
            }
        }
    }
}
