package ai.scailabs.vault.federation.proxy;

import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.mapping.MappingRule;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.mount.Mount;
import ai.scailabs.vault.secrets.mount.MountSource;
import ai.scailabs.vault.secrets.mount.MountTable;
import ai.scailabs.vault.secrets.mount.Passage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules of a tenant's backends, which do not overlap; those that are not read live only say whose the path is. All the same: a path is looked up once for each of its segments, however many rules there are. */
final class RouteTable implements MountTable {
    private final long epoch;
    private final List<Mount> all;
    private final Map<String, RuleMount> exact = new HashMap<>();
    private final Map<String, RuleMount> byPrefix = new HashMap<>();

    /** @param epoch in which the backends are these */
    RouteTable(long epoch, List<Backend> backends, OpenVaults vaults, LastCopies copies) {
        this.epoch = epoch;
        List<Mount> mounts = new ArrayList<>();
        for (Backend backend : backends) {
            for (MappingRule rule : backend.mapping().rules()) {
                RuleMount mount = new RuleMount(backend, rule, vaults, copies);
                if (backend.isReadLive()) {
                    mounts.add(mount);
                }
                (rule.isExact() ? exact : byPrefix).put(rule.localPrefix(), mount);
            }
        }
        this.all = List.copyOf(mounts);
    }

    long epoch() {
        return epoch;
    }

    @Override
    public @Nullable Mount covering(SecretPath path) {
        RuleMount found = all.isEmpty() ? null : ruleFor(path);
        return found != null && found.isReadLive() ? found : null;
    }

    @Override
    public @Nullable MountSource sourceOf(SecretPath path) {
        RuleMount found = ruleFor(path);
        return found == null ? null : found.source();
    }

    @Override
    public @Nullable Passage passageTo(SecretPath path) {
        RuleMount found = ruleFor(path);
        return found != null && found.isWritable() ? found : null;
    }

    private @Nullable RuleMount ruleFor(SecretPath path) {
        if (exact.isEmpty() && byPrefix.isEmpty()) {
            return null;
        }
        String text = path.value();
        RuleMount found = exact.get(text);
        for (int end = 0; found == null && end >= 0 && end < text.length(); end = next(text, end)) {
            RuleMount candidate = byPrefix.get(text.substring(0, end));
            found = candidate != null && candidate.covers(text) ? candidate : null;
        }
        return found;
    }

    /** Behind the next slash; negative when there is none. */
    private static int next(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? -1 : slash + 1;
    }

    @Override
    public List<Mount> all() {
        return all;
    }
}
