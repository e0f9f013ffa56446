import { Combobox, InputBase, useCombobox } from "@mantine/core";
import { Name } from "@ratchet/contracts";
import { IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { useNamespaces } from "../hooks/use-namespaces.js";
import { useNamespace } from "../state/namespace-store.js";
import { ui } from "../state/ui-store.js";

/** Chooses the namespace; one that is not there yet can be typed. */
export function NamespaceSelect() {
  const namespace = useNamespace((state) => state.namespace);
  const [search, setSearch] = useState("");
  const combobox = useCombobox({
    onDropdownClose: () => {
      setSearch("");
      combobox.resetSelectedOption();
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const known = useNamespaces(namespace);
  const shown = known.filter((name) => name.includes(search.trim().toLowerCase()));
  const isNew = search.trim() !== "" && !known.includes(search.trim()) && Name.safeParse(search.trim()).success;

  const choose = (name: string) => {
    ui.clear();
    ui.close();
    useNamespace.setState({ namespace: name });
    combobox.closeDropdown();
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose} width={220} position="bottom-start">
      <Combobox.Target>
        <InputBase
          component="button"
          type="button"
          size="xs"
          w={{ base: 104, sm: 138 }}
          pointer
          rightSection={<IconChevronDown size={14} />}
          rightSectionPointerEvents="none"
          onClick={() => combobox.toggleDropdown()}
          aria-label={`Namespace ${namespace}`}
          data-testid="namespace"
        >
          <span style={{ display: "block", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>
            {namespace}
          </span>
        </InputBase>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          size="xs"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          placeholder="Find or type a namespace"
          aria-label="Find or type a namespace"
        />
        <Combobox.Options mah={260} style={{ overflowY: "auto" }}>
          {shown.map((name) => (
            <Combobox.Option key={name} value={name} active={name === namespace}>
              {name}
            </Combobox.Option>
          ))}
          {isNew && <Combobox.Option value={search.trim()}>Go to {search.trim()}</Combobox.Option>}
          {shown.length === 0 && !isNew && <Combobox.Empty>Nothing of that name</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
