package ai.scailabs.vault.access.policy;

import java.util.List;

/** A policy and everyone bound to it, lapsed bindings included. */
public record PolicyDetails(Policy policy, List<PolicyBinding> bindings) {}
