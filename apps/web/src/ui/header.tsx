import { ActionIcon, Button, Menu, TextInput, Tooltip, useMantineColorScheme } from "@mantine/core";
import { IconDeviceDesktop, IconHelp, IconMoon, IconSearch, IconSun, IconUserCircle } from "@tabler/icons-react";
import { useState } from "react";
import { countStates } from "../graph/counts.js";
import { STATE_WORDS } from "../graph/wire-state.js";
import { actorName, setActorName } from "../state/actor.js";
import { useModel } from "../state/model-store.js";
import { session, useSession } from "../state/session-store.js";
import { ui, useUi } from "../state/ui-store.js";
import { openCommandPalette } from "./command-palette.js";
import { HealButton } from "./faults/heal-button.js";
import { KeyHint } from "./key-hint.js";
import { LiveDot } from "./live-dot.js";
import { NamespaceSelect } from "./namespace-select.js";
import { StateMark } from "./state-mark.js";

export function Header() {
  return (
    <header className="header">
      <a className="brand" href="/" aria-label="Ratchet" style={{ color: "inherit", textDecoration: "none" }}>
        <img src="/logo.svg" alt="" />
        <span>Ratchet</span>
      </a>
      <NamespaceSelect />
      <button type="button" className="search" onClick={openCommandPalette} data-testid="search">
        <IconSearch size={15} style={{ flex: "none" }} />
        <span>Search or command</span>
        <kbd className="key">Ctrl K</kbd>
      </button>
      <div className="header-space" />
      <Counts />
      <LiveDot />
      <HealButton />
      <Person />
      <ThemeSwitch />
      <Tooltip label={<KeyHint text="Keys" keys="?" />}>
        <ActionIcon className="hide-narrow" aria-label="Show all keys" onClick={() => ui.open({ kind: "keys" })}>
          <IconHelp size={18} />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}

/** What is mostly there stands at the right, where what comes and goes does not push it about. */
const COUNT_ORDER = [...STATE_WORDS].reverse();

/** Wires by state; each number selects what it counts. */
function Counts() {
  const model = useModel((state) => state.model);
  const selection = useUi((state) => state.selection);
  const counts = countStates(model);
  return (
    <nav className="counts" aria-label="Wires by state">
      {COUNT_ORDER.map((word) => {
        const ids = counts.get(word);
        if (!ids) return null;
        const isSelected = ids.length === selection.size && ids.every((id) => selection.has(id));
        return (
          <button
            key={word}
            type="button"
            className="count"
            aria-pressed={isSelected}
            aria-label={`Select ${ids.length} ${word}`}
            onClick={() => ui.select(isSelected ? new Set() : new Set(ids))}
            data-testid={`count-${word}`}
          >
            <StateMark word={word} />
            <b>{ids.length}</b>
            <span className="count-word">{word}</span>
          </button>
        );
      })}
    </nav>
  );
}

const SCHEMES = [
  { value: "auto", label: "As the system", icon: IconDeviceDesktop },
  { value: "light", label: "Light", icon: IconSun },
  { value: "dark", label: "Dark", icon: IconMoon },
] as const;

function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Current = SCHEMES.find((scheme) => scheme.value === colorScheme)?.icon ?? IconDeviceDesktop;
  return (
    <Menu position="bottom-end" width={170}>
      <Menu.Target>
        <ActionIcon aria-label="Theme" data-testid="theme">
          <Current size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(({ value, label, icon: Icon }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon size={16} />}
            onClick={() => setColorScheme(value)}
            fw={value === colorScheme ? 650 : 400}
            data-testid={`theme-${value}`}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The name one's changes carry. */
function Person() {
  const [name, setName] = useState(actorName);
  const isSignedIn = useSession((state) => state.phase === "signed-in");
  return (
    <Menu position="bottom-end" width={250} closeOnItemClick={false}>
      <Menu.Target>
        <ActionIcon className="hide-narrow" aria-label={`You are ${name}`} data-testid="person">
          <IconUserCircle size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown p="sm">
        <TextInput
          label="Your name in the history"
          value={name}
          maxLength={64}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setActorName(event.currentTarget.value);
          }}
          data-testid="person-name"
        />
        {isSignedIn && (
          <Button variant="light" size="xs" mt="sm" fullWidth onClick={session.signOut} data-testid="sign-out">
            Sign out
          </Button>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
