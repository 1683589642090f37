import { Router } from 'express';
import type { CreateConsoleSection } from '../console-section.ts';

/** Directory: People, Groups, Directory Integrations. */
export const createDirectorySection: CreateConsoleSection = () => {
  const router = Router();
  return { heading: 'Directory', entries: [], router };
};
