package ai.scailabs.vault.access.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RulesJsonTest {
    @Test
    void rules_areReadAsTheyWereWritten() {
        List<PolicyRule> rules = PolicyRule.parseAll(List.of(
                new RuleDraft("app/**", List.of("read", "admin"), null),
                new RuleDraft("a?c/*", List.of("list"), null)));

        assertThat(RulesJson.write(rules))
                .isEqualTo("[{\"path_pattern\":\"app/**\",\"permissions\":[\"read\",\"admin\"]},"
                        + "{\"path_pattern\":\"a?c/*\",\"permissions\":[\"list\"]}]");
        assertThat(RulesJson.read(RulesJson.write(rules))).isEqualTo(rules);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "null",
                "[7]",
                "[{}]",
                "[{\"path_pattern\":\"a\"}]",
                "[{\"path_pattern\":\"a\",\"permissions\":[]}]",
                "[{\"path_pattern\":\"a\",\"permissions\":[\"root\"]}]",
                "[{\"path_pattern\":\"a\",\"permissions\":[1]}]",
                "[{\"path_pattern\":\"/a\",\"permissions\":[\"read\"]}]",
                "[{\"path_pattern\":\"a\",\"permissions\":[\"read\"],\"conditions\":{\"require_mfa\":true}}]"
            })
    void rulesThatMayMeanLess_areUnreadable(String json) {
        assertThatThrownBy(() -> RulesJson.read(json)).isInstanceOf(IllegalStateException.class);
    }
}
