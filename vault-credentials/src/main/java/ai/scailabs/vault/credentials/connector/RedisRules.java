package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Words of {@code ACL SETUSER} that say what an account may do: keys, channels and commands. Passwords, {@code on}, {@code off} and {@code reset} are not a role's to say.
 */
public record RedisRules(List<String> words) implements Statements {
    private static final int MOST = 32;
    private static final int LONGEST = 1_024;
    private static final String WORD =
            "(?:~\\S+|%(?:R|W|RW|WR)~\\S+|&\\S+|[+-]@?[A-Za-z0-9_.|-]+|allkeys|allchannels|allcommands|nocommands)";
    private static final Pattern RULE = Pattern.compile(WORD);
    /** What Redis from 7 on calls a selector. */
    private static final Pattern SELECTOR = Pattern.compile("\\((.*)\\)");

    public RedisRules {
        words = List.copyOf(words);
    }

    static RedisRules parse(List<String> words) {
        if (words.size() > MOST) {
            throw VaultException.invalidField(CREATION, "must be at most " + MOST + " rules");
        }
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).length() > LONGEST || !isRule(words.get(i))) {
                throw VaultException.invalidField(
                        CREATION + "[" + i + "]",
                        "must be one rule for keys, channels or commands, such as ~app:* or +@read");
            }
        }
        return new RedisRules(words);
    }

    private static boolean isRule(String word) {
        var selector = SELECTOR.matcher(word);
        if (selector.matches()) {
            return Arrays.stream(selector.group(1).split(" ", -1))
                    .allMatch(part -> RULE.matcher(part).matches() && part.indexOf(')') < 0);
        }
        return RULE.matcher(word).matches();
    }
}
