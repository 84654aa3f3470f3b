package ai.scailabs.vault.server.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the environment and collects every problem before giving up. Problems name variables and what they take, never values. */
final class SettingsReader {
    private static final String ROOT_KEY = "KMS_";
    private static final String SECOND_ROOT_KEY = "KMS_SECONDARY_";

    private final Map<String, String> environment;
    private final List<String> problems;
    private final boolean second;

    SettingsReader(Map<String, String> environment) {
        this(environment, new ArrayList<>(), false);
    }

    private SettingsReader(Map<String, String> environment, List<String> problems, boolean second) {
        this.environment = environment;
        this.problems = problems;
        this.second = second;
    }

    /** Reads the settings of the second root key, which bear the names of the first one's with {@code SECONDARY} in them. Problems are collected here. */
    SettingsReader ofSecondRootKey() {
        return new SettingsReader(environment, problems, true);
    }

    /** Whether anything is said of a second root key. */
    boolean namesSecondRootKey() {
        return environment.entrySet().stream()
                .anyMatch(variable ->
                        variable.getKey().startsWith(SECOND_ROOT_KEY) && blankToNull(variable.getValue()) != null);
    }

    /** The variable's. */
    String name(Setting setting) {
        return second ? setting.name().replace(ROOT_KEY, SECOND_ROOT_KEY) : setting.name();
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    void problem(String problem) {
        problems.add(problem);
    }

    /** The value as it was given, from the variable or its file, or the default; null when there is none. */
    @Nullable
    String text(Setting setting) {
        String direct = blankToNull(environment.get(name(setting)));
        String file = blankToNull(environment.get(name(setting) + "_FILE"));
        if (setting.kind() == Setting.Kind.PLAIN || file == null) {
            return direct == null ? setting.defaultValue() : direct;
        }
        if (direct != null) {
            problem("set " + name(setting) + " or " + name(setting) + "_FILE, not both");
            return null;
        }
        return contentOf(setting, file);
    }

    /** The file that holds the value, for what may change while the service runs; null when it stands in the variable. */
    @Nullable
    Path twin(Setting setting) {
        String file =
                setting.kind() == Setting.Kind.SECRET ? blankToNull(environment.get(name(setting) + "_FILE")) : null;
        try {
            return file == null ? null : Path.of(file);
        } catch (InvalidPathException malformed) {
            return null;
        }
    }

    /** Null, and a problem, when the variable is absent or does not parse. */
    <T> @Nullable T required(Setting setting, Function<String, Optional<T>> parser) {
        String text = text(setting);
        if (text == null) {
            problem(name(setting) + " is not set; it takes " + setting.takes());
            return null;
        }
        return parsed(setting, text, parser);
    }

    /** Null when the variable is absent; null and a problem when it does not parse. */
    <T> @Nullable T optional(Setting setting, Function<String, Optional<T>> parser) {
        String text = text(setting);
        return text == null ? null : parsed(setting, text, parser);
    }

    private <T> @Nullable T parsed(Setting setting, String text, Function<String, Optional<T>> parser) {
        Optional<T> value = parser.apply(text);
        if (value.isEmpty()) {
            problem(name(setting) + " is malformed; it takes " + setting.takes());
            return null;
        }
        return value.get();
    }

    private @Nullable String contentOf(Setting setting, String file) {
        try {
            String content = Files.readString(Path.of(file)).strip();
            if (content.isEmpty()) {
                problem(name(setting) + "_FILE names an empty file");
                return null;
            }
            return content;
        } catch (IOException | InvalidPathException unreadable) {
            problem(name(setting) + "_FILE names a file that cannot be read");
            return null;
        }
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }
}
