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

    @Test
    void conditions_areReadAsTheyWereWritten() {
        List<PolicyRule> rules = PolicyRule.parseAll(List.of(new RuleDraft(
                "a",
                List.of("read"),
                new ConditionsDraft(
                        List.of("10.0.0.0/8", "2001:db8::/32"),
                        true,
                        "300s",
                        new ConditionsDraft.Window(List.of("sun", "mon"), "22:00", "24:00", "America/New_York")))));

        assertThat(RulesJson.write(rules))
                .isEqualTo("[{\"path_pattern\":\"a\",\"permissions\":[\"read\"],\"conditions\":{"
                        + "\"ip_ranges\":[\"10.0.0.0/8\",\"2001:db8::/32\"],\"require_mfa\":true,\"mfa_max_age\":\"5m\","
                        + "\"time_window\":{\"days\":[\"mon\",\"sun\"],\"start\":\"22:00\",\"end\":\"24:00\","
                        + "\"timezone\":\"America/New_York\"}}}]");
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
                "[{\"path_pattern\":\"a\",\"permissions\":[\"read\"],\"conditions\":{\"require_vpn\":true}}]",
                "[{\"path_pattern\":\"a\",\"permissions\":[\"read\"],\"conditions\":{}}]",
                "[{\"path_pattern\":\"a\",\"permissions\":[\"read\"],\"conditions\":null}]",
                "[{\"path_pattern\":\"a\",\"permissions\":[\"read\"],\"conditions\":{\"require_mfa\":false}}]",
                "[{\"path_pattern\":\"a\",\"permissions\":[\"read\"],\"conditions\":{\"require_mfa\":\"yes\"}}]",
                "[{\"path_pattern\":\"a\",\"permissions\":[\"read\"],\"conditions\":{\"ip_ranges\":[\"10.0.0.1/8\"]}}]",
                "[{\"path_pattern\":\"a\",\"permissions\":[\"read\"],\"conditions\":{\"time_window\":{\"days\":[\"mon\"],"
                        + "\"start\":\"08:00\",\"end\":\"18:00\",\"timezone\":\"Europe/Nowhere\"}}}]",
                "[{\"path_pattern\":\"a\",\"permissions\":[\"read\"],\"conditions\":{\"time_window\":{\"days\":[\"mon\"],"
                        + "\"start\":\"08:00\",\"end\":\"18:00\",\"timezone\":\"UTC\",\"except\":[]}}}]"
            })
    void rulesThatMayMeanLess_areUnreadable(String json) {
        assertThatThrownBy(() -> RulesJson.read(json)).isInstanceOf(IllegalStateException.class);
    }
}
