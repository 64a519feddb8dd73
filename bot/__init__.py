"""Composition root: settings, application, inbox, outbox, scheduler, transport, command line."""
