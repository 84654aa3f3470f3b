package ai.scailabs.vault.credentials.dynamic.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class AzureRoleTest {
    private static final String SUBSCRIPTION = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000004";
    private static final String ROLE =
            "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7";

    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    private static ObjectNode at(String scope) {
        ObjectNode role = JsonMapper.shared().createObjectNode();
        role.putArray("azure_roles").addObject().put("role_id", ROLE).put("scope", scope);
        return role;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "subscriptions",
                "/subscriptions/x",
                SUBSCRIPTION + "/",
                SUBSCRIPTION + "/..",
                SUBSCRIPTION + "/./resourceGroups",
                SUBSCRIPTION + "/../../providers",
                SUBSCRIPTION + "//resourceGroups",
                SUBSCRIPTION + "/resourceGroups/a?api-version=1",
                SUBSCRIPTION + "/resourceGroups/a#b",
                SUBSCRIPTION + "/resourceGroups/%2e%2e",
                SUBSCRIPTION + "/resourceGroups/a b",
                SUBSCRIPTION + "/resourceGroups/a\n",
                "https://elsewhere.test" + SUBSCRIPTION,
                "/providers/Microsoft.Management/managementGroups",
                "/providers/Microsoft.Other/x"
            })
    void scopeThatIsNone_isRefused(String scope) {
        assertThatThrownBy(() -> AzureRole.parse(at(scope)))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refused -> assertThat(refused.details().toString()).contains("azure_roles[0]"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                SUBSCRIPTION,
                SUBSCRIPTION + "/resourceGroups/rg-1_(test).x",
                SUBSCRIPTION + "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/logs",
                "/providers/Microsoft.Management/managementGroups/root"
            })
    void scope_isKeptAsItIs(String scope) {
        assertThat(AzureRole.parse(at(scope)).described()).isEqualTo(at(scope));
    }

    @Test
    void rolesAsText_areTakenLikeAList() {
        ObjectNode text = JsonMapper.shared().createObjectNode();
        text.put("azure_roles", at(SUBSCRIPTION).get("azure_roles").toString());

        assertThat(AzureRole.parse(text).described()).isEqualTo(at(SUBSCRIPTION));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'application_object_id': 'x'}",
                "{'application_object_id': 'aaaaaaaa-0000-4000-8000-000000000001/addPassword'}",
                "{'application_object_id': 'aaaaaaaa-0000-4000-8000-000000000001', 'azure_groups': []}",
                "{'azure_groups': [{'object_id': '../x'}]}",
                "{'azure_groups': [{'group_name': 'x'}]}",
                "{'azure_groups': 'x'}",
                "{'azure_groups': '{'}",
                "{'azure_groups': {'object_id': 'aaaaaaaa-0000-4000-8000-000000000001'}}",
                "{'azure_groups': [7]}",
                "{'azure_roles': [{'role_name': 'Contributor', 'scope': '/subscriptions/aaaaaaaa-0000-4000-8000-000000000004'}]}",
                "{'azure_roles': [{'role_id': '/providers/x', 'scope': '/subscriptions/aaaaaaaa-0000-4000-8000-000000000004'}]}"
            })
    void roleThatMeansNothing_isRefused(String role) {
        assertThatThrownBy(() -> AzureRole.parse(json(role))).isInstanceOf(VaultException.class);
    }
}
