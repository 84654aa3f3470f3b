package ai.scailabs.vault.federation.mapping;

import ai.scailabs.vault.federation.remote.BackendType;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one backend. A pattern of ours is a path, or a path and {@code /*} for one more segment or {@code /**} for any number of them, or {@code **} alone; its template is a name there with the same wildcard at its end. Two paths
 * never lead to one name.
 */
public final class PathMapping {
    public static final int MAX_RULES = 100;
    private static final String FIELD = "path_mapping";

    private final List<MappingRule> rules;

    private PathMapping(List<MappingRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /**
     * @param entries template by pattern, in their order
     * @throws VaultException {@code invalid_config}
     */
    public static PathMapping of(BackendType type, Map<String, String> entries) {
        if (entries.isEmpty() || entries.size() > MAX_RULES) {
            throw invalid("does not have 1 to " + MAX_RULES + " entries");
        }
        NameForm form = NameForm.of(type);
        List<MappingRule> rules = new ArrayList<>();
        int number = 0;
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            number++;
            MappingRule rule = rule(form, entry.getKey(), entry.getValue(), number);
            for (MappingRule other : rules) {
                requireApart(form, other, rule);
            }
            rules.add(rule);
        }
        return new PathMapping(rules);
    }

    private static MappingRule rule(NameForm form, String pattern, String template, int number) {
        Area local = area(pattern);
        String before = local.text();
        boolean legal = local.reach() == Area.Reach.EXACT
                ? SecretPath.isLegal(before)
                : (before.isEmpty() && local.reach() == Area.Reach.TREE)
                        || (before.endsWith("/") && SecretPath.isLegal(before + "x"));
        if (!legal) {
            throw invalid("has a pattern that is no path, nor a path with /* or /** at its end: entry " + number);
        }
        Area remote = area(template);
        if (remote.reach() != local.reach()) {
            throw invalid("has a template that does not end with the wildcard of its pattern: entry " + number);
        }
        if (local.reach() == Area.Reach.TREE && !form.hasSlashes()) {
            throw invalid("has ** where names have no folders, for which * is written: entry " + number);
        }
        String problem = remote.reach() == Area.Reach.EXACT
                ? (form.isName(remote.text()) ? null : "is no name there")
                : form.problemOfPrefix(remote.text(), remote.reach() == Area.Reach.TREE);
        if (problem != null) {
            throw invalid("has a template that " + problem + ": entry " + number);
        }
        return new MappingRule(local, remote, form);
    }

    private static Area area(String text) {
        if (text.endsWith("**")) {
            return new Area(text.substring(0, text.length() - 2), Area.Reach.TREE);
        }
        return text.endsWith("*")
                ? new Area(text.substring(0, text.length() - 1), Area.Reach.SEGMENT)
                : new Area(text, Area.Reach.EXACT);
    }

    private static void requireApart(NameForm form, MappingRule one, MappingRule other) {
        if (one.local().overlaps(other.local())) {
            throw invalid("has patterns that overlap: " + one.pattern() + " and " + other.pattern());
        }
        if (folded(form, one.remote()).overlaps(folded(form, other.remote()))) {
            throw invalid("has templates that overlap, so that two paths would lead to one secret: those of "
                    + one.pattern() + " and " + other.pattern());
        }
    }

    private static Area folded(NameForm form, Area area) {
        return new Area(form.folded(area.text()), area.reach());
    }

    private static VaultException invalid(String problem) {
        return new VaultException(ErrorCode.INVALID_CONFIG, FIELD + " " + problem, Map.of("field", FIELD));
    }

    public List<MappingRule> rules() {
        return rules;
    }

    /** By which a path leads there. */
    public Optional<MappingRule> ruleFor(SecretPath path) {
        return rules.stream().filter(rule -> rule.covers(path.value())).findFirst();
    }

    /** A pattern of this one and one of the other's that overlap; null when there are none. */
    public @Nullable String overlapWith(PathMapping other) {
        for (MappingRule mine : rules) {
            for (MappingRule theirs : other.rules) {
                if (mine.local().overlaps(theirs.local())) {
                    return mine.pattern() + " and " + theirs.pattern();
                }
            }
        }
        return null;
    }

    /** What all names begin with that can be asked for, one for each rule. */
    public List<String> remotePrefixes() {
        return rules.stream().map(MappingRule::remotePrefix).toList();
    }

    /** As it was written. */
    public Map<String, String> entries() {
        Map<String, String> entries = new LinkedHashMap<>();
        rules.forEach(rule -> entries.put(rule.pattern(), rule.template()));
        return entries;
    }
}
