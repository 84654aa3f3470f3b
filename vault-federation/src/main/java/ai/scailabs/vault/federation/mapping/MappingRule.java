package ai.scailabs.vault.federation.mapping;

import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.Optional;

/** One entry of a mapping: an area of our paths, and the area of names there that it stands for. What follows one's text is carried over to the other's. */
public final class MappingRule {
    private final Area local;
    private final Area remote;
    private final NameForm form;

    MappingRule(Area local, Area remote, NameForm form) {
        this.local = local;
        this.remote = remote;
        this.form = form;
    }

    /** As it was written. */
    public String pattern() {
        return local.toString();
    }

    /** As it was written. */
    public String template() {
        return remote.toString();
    }

    Area local() {
        return local;
    }

    Area remote() {
        return remote;
    }

    public boolean covers(String path) {
        return local.contains(path);
    }

    /** What all names begin with that it leads to. */
    public String remotePrefix() {
        return remote.text();
    }

    /** Whether what is carried over may have slashes. */
    public boolean isTree() {
        return local.reach() == Area.Reach.TREE;
    }

    public boolean isExact() {
        return local.reach() == Area.Reach.EXACT;
    }

    /** What all paths begin with that it {@linkplain #covers covers}; the path itself when it {@linkplain #isExact is exact}. */
    public String localPrefix() {
        return local.text();
    }

    /** Empty when no secret there can have such a name. @param path that it covers */
    public Optional<String> toRemote(SecretPath path) {
        if (!covers(path.value())) {
            throw new IllegalArgumentException("not a path of this rule");
        }
        String name = isExact() ? remote.text() : remote.text() + local.rest(path.value());
        return form.isName(name) ? Optional.of(name) : Optional.empty();
    }

    /** Empty when none of our paths leads to that name. */
    public Optional<SecretPath> toLocal(String name) {
        if (!remote.contains(name)) {
            return Optional.empty();
        }
        String path = isExact() ? local.text() : local.text() + remote.rest(name);
        return SecretPath.isLegal(path) && covers(path) ? Optional.of(new SecretPath(path)) : Optional.empty();
    }

    @Override
    public String toString() {
        return pattern() + " -> " + template();
    }
}
